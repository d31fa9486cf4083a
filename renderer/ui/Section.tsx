import { type ReactNode, useId } from 'react';
import { classNames } from './class-names.ts';
import styles from './Section.module.css';

/** As many columns of sections as there is room for. */
export function Sections({ children }: { children: ReactNode }) {
  return <div className={styles.sections}>{children}</div>;
}

export interface SectionProps {
  title: string;
  /** One sentence: what this is for. */
  text?: string;
  /** Over all columns. */
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
