import { type ReactNode, useId } from 'react';
import type { Readable } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { classNames } from '../../../ui/class-names.ts';
import styles from './IsolationTab.module.css';

interface SectionProps<T> {
  title: string;
  /** One sentence: what this is for. */
  text: string;
  part: Readable<T>;
  wide?: boolean;
  children: (value: T) => ReactNode;
}

/** One part with its explanation; what could not be read says why in its place. */
export function Section<T>({ title, text, part, wide = false, children }: SectionProps<T>) {
  const { problem } = useI18n();
  const id = useId();
  return (
    <section className={classNames(styles.section, wide && styles.wide)} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <p className={styles.text}>{text}</p>
      {'problem' in part ? (
        <p className={styles.problem} role="note">
          {problem(part.problem)}
        </p>
      ) : (
        children(part.value)
      )}
    </section>
  );
}

/** Labels beside their values. */
export function Facts({ rows }: { rows: readonly { label: string; value: ReactNode; title?: string }[] }) {
  return (
    <dl className={styles.facts}>
      {rows.map(({ label, value, title }) => (
        <div key={label} className={styles.fact} title={title}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
