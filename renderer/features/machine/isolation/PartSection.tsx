import type { ReactNode } from 'react';
import type { Readable } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { Section } from '../../../ui/Section.tsx';
import styles from './IsolationTab.module.css';

interface PartSectionProps<T> {
  title: string;
  text: string;
  part: Readable<T>;
  wide?: boolean;
  children: (value: T) => ReactNode;
}

/** One part with its explanation; what could not be read says why in its place. */
export function PartSection<T>({ title, text, part, wide = false, children }: PartSectionProps<T>) {
  const { problem } = useI18n();
  return (
    <Section title={title} text={text} wide={wide}>
      {'problem' in part ? (
        <p className={styles.problem} role="note">
          {problem(part.problem)}
        </p>
      ) : (
        children(part.value)
      )}
    </Section>
  );
}
