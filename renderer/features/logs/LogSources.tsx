import { useI18n } from '../../i18n/index.ts';
import { classNames } from '../../ui/class-names.ts';
import styles from './LogPanel.module.css';
import type { LogSource } from './LogRow.tsx';
import colors from './source-colors.module.css';

export interface LogSourcesProps {
  sources: readonly LogSource[];
  hidden: ReadonlySet<number>;
  onHiddenChange: (hidden: ReadonlySet<number>) => void;
}

/** Whose colour is whose; a press takes a machine's lines away, and brings them back. */
export function LogSources({ sources, hidden, onHiddenChange }: LogSourcesProps) {
  const { t } = useI18n();
  const toggle = (index: number) => {
    const next = new Set(hidden);
    if (!next.delete(index)) next.add(index);
    onHiddenChange(next);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: these are switches of a view, not the fields of a form.
    <div role="group" aria-label={t('logs.sources')} className={styles.sources}>
      {sources.map(({ name, color }, index) => (
        <button
          // biome-ignore lint/suspicious/noArrayIndexKey: a machine's place is what it is known by; names may be the same.
          key={index}
          type="button"
          className={classNames(styles.source, colors.colored)}
          data-color={color}
          aria-pressed={!hidden.has(index)}
          onClick={() => toggle(index)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
