import type { ReactNode } from 'react';
import styles from './Facts.module.css';

/** Labels beside their values. */
export function Facts({ rows }: { rows: readonly { label: string; value: ReactNode; title?: string | undefined }[] }) {
  return (
    <dl>
      {rows.map(({ label, value, title }) => (
        <div key={label} className={styles.fact} title={title}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
