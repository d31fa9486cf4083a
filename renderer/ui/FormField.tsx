import type { ReactNode } from 'react';
import styles from './FormField.module.css';

export interface FormFieldProps {
  /** Shown above; the control inside carries the same as its accessible name. */
  label: string;
  help?: ReactNode;
  children: ReactNode;
}

/** One line of a form: what is asked, the control, and what helps to answer. */
export function FormField({ label, help, children }: FormFieldProps) {
  return (
    <div className={styles.field}>
      <span className={styles.label} aria-hidden="true">
        {label}
      </span>
      {children}
      {help !== undefined && <span className={styles.help}>{help}</span>}
    </div>
  );
}
