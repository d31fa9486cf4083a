import { useI18n } from '../../i18n/index.ts';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { plainText } from './ansi.ts';
import styles from './LogPanel.module.css';
import type { LogSource } from './LogRow.tsx';
import type { LogEntry } from './log-buffer.ts';

export interface LineDialogProps {
  /** Undefined when it has been let go meanwhile. */
  entry: LogEntry | undefined;
  sources: readonly LogSource[];
  onClose: () => void;
}

/** One line, the whole of it. */
export function LineDialog({ entry, sources, onClose }: LineDialogProps) {
  const { t, format } = useI18n();
  const text = entry === undefined ? '' : plainText(entry.text);
  const about = entry === undefined ? '' : [sources[entry.source]?.name, format.dateTime(entry.timeMs)].filter(Boolean).join(' · ');
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('logs.line', { count: text.length })}
      description={about}
      size="large"
      footer={<CopyButton text={text} label={t('common.copy')} doneLabel={t('common.copied')} />}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keyboard. */}
      <pre className={styles.whole} tabIndex={0}>
        {text}
      </pre>
    </Dialog>
  );
}
