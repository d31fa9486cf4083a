import type { ReactNode } from 'react';
import styles from './BuildDrawer.module.css';

/** A field under its name, as the form has them. The field brings its accessible name itself. */
export function Field({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    <div className={styles.field}>
      <span className={styles.label} aria-hidden="true">
        {label}
      </span>
      {children}
      {hint !== undefined && <span className={styles.hint}>{hint}</span>}
    </div>
  );
}
