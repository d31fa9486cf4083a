import type { ReactNode } from 'react';
import styles from './PageHeader.module.css';

/** The page's name, what there is to say of it, and its actions. */
export function PageHeader({ title, note, children }: { title: ReactNode; note?: ReactNode; children?: ReactNode }) {
  return (
    <header className={styles.header}>
      <h1 className={styles.title}>{title}</h1>
      {note !== undefined && <span className={styles.note}>{note}</span>}
      <div className={styles.actions}>{children}</div>
    </header>
  );
}
