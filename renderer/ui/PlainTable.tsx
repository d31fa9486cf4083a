import type { ReactNode } from 'react';
import styles from './PlainTable.module.css';

/** A few rows to read, in the page’s own flow; `Table` is for those that are chosen, sorted and many. */
export function PlainTable({ label, children }: { label?: string | undefined; children: ReactNode }) {
  return (
    <table className={styles.table} aria-label={label}>
      {children}
    </table>
  );
}
