import type { TaskPart } from '../../../backend/contract/index.ts';
import { type I18n, useI18n } from '../../i18n/index.ts';
import { Progress } from '../../ui/Progress.tsx';
import styles from './TaskParts.module.css';

/** The layers of a pull or a push: each with its id, state, bytes and rate. */
export function TaskParts({ parts, label }: { parts: readonly TaskPart[]; label: string }) {
  const i18n = useI18n();
  const { t } = i18n;
  return (
    <ul className={styles.parts} aria-label={t('tasks.parts', { task: label })}>
      {parts.map((part) => (
        <li key={part.id} className={styles.part} data-state={part.state}>
          <code className={styles.id}>{part.id}</code>
          <span className={styles.state}>{t(`part.${part.state}`)}</span>
          <span className={styles.bytes}>{bytesOf(part, i18n)}</span>
          <div className={styles.bar}>
            <Progress value={fractionOf(part)} label={part.id} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function bytesOf({ doneBytes, totalBytes, bytesPerSecond }: TaskPart, { t, format }: I18n): string {
  if (doneBytes === null) return totalBytes === null ? '' : format.bytes(totalBytes);
  const bytes =
    totalBytes === null || doneBytes === totalBytes
      ? format.bytes(doneBytes)
      : t('tasks.bytes', { done: format.bytes(doneBytes), total: format.bytes(totalBytes) });
  return bytesPerSecond === null ? bytes : `${bytes} · ${format.bytesPerSecond(bytesPerSecond)}`;
}

/** Null draws a bar that runs: something is going on, and nobody says how far it is. */
function fractionOf({ state, doneBytes, totalBytes }: TaskPart): number | null {
  if (state === 'present' || state === 'done' || state === 'downloaded') return 1;
  if (state === 'waiting') return doneBytes !== null && totalBytes ? doneBytes / totalBytes : 0;
  if (state === 'extracting') return null;
  return doneBytes !== null && totalBytes ? doneBytes / totalBytes : null;
}
