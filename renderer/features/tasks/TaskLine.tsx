import { X } from 'lucide-react';
import type { Task } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { Progress } from '../../ui/Progress.tsx';
import styles from './TaskLine.module.css';
import { bytesOf, taskTitle } from './TasksTray.tsx';

/** A task that runs, where what it is about is shown: what it does, how far it is, and the way to stop it. */
export function TaskLine({ task, words }: { task: Task; words: string }) {
  const i18n = useI18n();
  const { commands } = useStores();
  const title = taskTitle(task, i18n.t);
  const amount = bytesOf(task, i18n) ?? (task.progress === null ? null : i18n.format.percent(task.progress));
  return (
    <div className={styles.line} role="status">
      <span>{words}</span>
      <span className={styles.bar}>
        <Progress value={task.progress} label={title} />
      </span>
      {amount !== null && <span className={styles.amount}>{amount}</span>}
      {task.cancellable && (
        <IconButton label={i18n.t('tasks.cancel', { task: title })} size="small" onClick={() => void commands.cancelTask(task.id)}>
          <X />
        </IconButton>
      )}
    </div>
  );
}
