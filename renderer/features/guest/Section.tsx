import { type ReactNode, useId } from 'react';
import { classNames } from '../../ui/class-names.ts';
import styles from './GuestTab.module.css';

interface SectionProps {
  title: string;
  text?: string;
  wide?: boolean;
  action?: ReactNode;
  children: ReactNode;
}

export function Section({ title, text, wide = false, action, children }: SectionProps) {
  const id = useId();
  return (
    <section className={classNames(styles.section, wide && styles.wide)} aria-labelledby={id}>
      <div className={styles.title}>
        <h2 id={id}>{title}</h2>
        {action}
      </div>
      {text !== undefined && <p className={styles.text}>{text}</p>}
      {children}
    </section>
  );
}
