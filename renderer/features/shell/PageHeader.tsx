import type { ReactNode } from 'react';
import styles from './PageHeader.module.css';

export interface PageHeaderProps {
  title: string;
  icon?: ReactNode;
  /** Stands beside the name: what leads to its sister pages. */
  aside?: ReactNode;
  note?: ReactNode;
  children?: ReactNode;
}

/** The page's name, what there is to say of it, and its actions. */
export function PageHeader({ title, icon, aside, note, children }: PageHeaderProps) {
  return (
    <header className={styles.header}>
      <title>{`${title} · Catamaran`}</title>
      <h1 className={styles.title}>
        {icon}
        {title}
      </h1>
      {aside}
      {note !== undefined && <span className={styles.note}>{note}</span>}
      <div className={styles.actions}>{children}</div>
    </header>
  );
}
