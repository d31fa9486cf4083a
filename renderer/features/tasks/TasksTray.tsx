import { ListChecks, X } from 'lucide-react';
import { Link } from 'wouter';
import type { MachineId, Task } from '../../../backend/contract/index.ts';
import { type I18n, useI18n } from '../../i18n/index.ts';
import { useMachine, useStores, useTasks, useUi } from '../../stores/index.ts';
import { Drawer } from '../../ui/Drawer.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { StateDot } from '../../ui/StateDot.tsx';
import { buildUrl } from '../builds/build-url.ts';
import { machineUrl } from '../machine/machine-url.ts';
import { TaskParts } from './TaskParts.tsx';
import styles from './TasksTray.module.css';

export function taskTitle(task: Task, t: I18n['t']): string {
  return t(`task.${task.kind}`, { subject: task.subject });
}

/** Everything that takes longer than a moment: how far it is, what became of it, and the way to stop it. */
export function TasksTray() {
  const { t } = useI18n();
  const { ui } = useStores();
  const open = useUi((state) => state.tasksOpen);
  const tasks = useTasks();
  return (
    <Drawer open={open} onOpenChange={(tasksOpen) => ui.setState({ tasksOpen })} title={t('tasks.title')} closeLabel={t('common.close')}>
      {tasks.length === 0 ? (
        <EmptyState icon={<ListChecks size={28} />} title={t('tasks.none')}>
          {t('tasks.noneText')}
        </EmptyState>
      ) : (
        <ul aria-label={t('tasks.title')}>
          {tasks.map((task) => (
            <TaskItem key={task.id} task={task} />
          ))}
        </ul>
      )}
    </Drawer>
  );
}

const DOTS = { running: 'starting', done: 'running', failed: 'failed', cancelled: 'stopped' } as const;

function TaskItem({ task }: { task: Task }) {
  const i18n = useI18n();
  const { t, tDynamic, format } = i18n;
  const { commands, ui } = useStores();
  const title = taskTitle(task, t);
  const facts = [
    t(`tasks.state.${task.state}`),
    task.state === 'running' && task.step !== null ? tDynamic('step', task.step) : null,
    task.state === 'running' && task.progress !== null ? format.percent(task.progress) : null,
    task.state === 'running' ? bytesOf(task, i18n) : null,
    task.state === 'running' && task.bytesPerSecond !== null ? format.bytesPerSecond(task.bytesPerSecond) : null,
    task.state === 'running' ? remaining(task, i18n) : null,
    task.endedAtMs === null ? null : t('tasks.took', { duration: format.timing(task.endedAtMs - task.startedAtMs) }),
  ].filter((fact) => fact !== null);
  return (
    <li className={styles.task}>
      <span className={styles.dot}>
        <StateDot state={DOTS[task.state]} />
      </span>
      <div className={styles.words}>
        <div className={styles.title}>{title}</div>
        <div className={styles.facts}>{facts.join(' · ')}</div>
        {task.state === 'running' && <Progress value={task.progress} label={title} />}
        {task.parts !== null && task.parts.length > 0 && task.state !== 'done' && <TaskParts parts={task.parts} label={title} />}
        {task.problem !== null && task.state === 'failed' && <p className={styles.problem}>{i18n.problem(task.problem)}</p>}
        {task.problem?.detail && (
          <details className={styles.facts}>
            <summary>{t('common.details')}</summary>
            <pre className={styles.detail}>{task.problem.detail}</pre>
          </details>
        )}
      </div>
      {task.machineId !== null && <OpenLink id={task.machineId} onOpen={() => ui.setState({ tasksOpen: false })} />}
      {task.kind === 'buildImage' && (
        <Link href={buildUrl(task.id)} onClick={() => ui.setState({ tasksOpen: false })}>
          {t('tasks.open')}
        </Link>
      )}
      {task.state === 'running' && task.cancellable && (
        <IconButton label={t('tasks.cancel', { task: title })} size="small" onClick={() => void commands.cancelTask(task.id)}>
          <X />
        </IconButton>
      )}
    </li>
  );
}

export function bytesOf({ doneBytes, totalBytes }: Task, { t, format }: I18n): string | null {
  if (doneBytes === null) return null;
  return totalBytes === null
    ? format.bytes(doneBytes)
    : t('tasks.bytes', { done: format.bytes(doneBytes), total: format.bytes(totalBytes) });
}

/** At the present rate; nothing while it is not known, or stands still. */
function remaining({ doneBytes, totalBytes, bytesPerSecond }: Task, { t, format }: I18n): string | null {
  if (doneBytes === null || totalBytes === null || !bytesPerSecond) return null;
  return t('tasks.remaining', { duration: format.duration(((totalBytes - doneBytes) / bytesPerSecond) * 1000) });
}

/** To the machine that the task is about, while there is one. */
function OpenLink({ id, onOpen }: { id: MachineId; onOpen: () => void }) {
  const { t } = useI18n();
  if (useMachine(id) === undefined) return null;
  return (
    <Link href={machineUrl(id)} onClick={onOpen}>
      {t('tasks.open')}
    </Link>
  );
}
