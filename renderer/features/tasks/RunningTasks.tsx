import { useI18n } from '../../i18n/index.ts';
import { useTasks } from '../../stores/index.ts';
import { Progress } from '../../ui/Progress.tsx';
import styles from './RunningTasks.module.css';
import { taskTitle } from './TasksTray.tsx';

/** What is going on now, where there is room for it: each task's name and how far it is. */
export function RunningTasks() {
  const { t, format } = useI18n();
  const running = useTasks().filter((task) => task.state === 'running');
  return (
    <ul className={styles.tasks} aria-live="polite">
      {running.map((task) => (
        <li key={task.id}>
          <div className={styles.words}>
            <span>{taskTitle(task, t)}</span>
            {task.progress !== null && <span>{format.percent(task.progress)}</span>}
          </div>
          <Progress value={task.progress} label={taskTitle(task, t)} />
        </li>
      ))}
    </ul>
  );
}
