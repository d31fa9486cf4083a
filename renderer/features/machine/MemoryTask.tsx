import type { Machine } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useTasks } from '../../stores/index.ts';
import { TaskLine } from '../tasks/TaskLine.tsx';

/** How much of its memory is on the disk already, or back from there. */
export function MemoryTask({ machine }: { machine: Machine }) {
  const { t } = useI18n();
  const task = useTasks().find(
    ({ kind, machineId, state }) => machineId === machine.id && state === 'running' && (kind === 'suspendVm' || kind === 'restoreVm'),
  );
  if (task === undefined) return null;
  return <TaskLine task={task} words={t(task.kind === 'suspendVm' ? 'machine.savingMemory' : 'machine.loadingMemory')} />;
}
