import type { InventoryEvent, MachineId, MachineKind } from '../backend/contract/index.ts';
import type { RunningCounts } from './messages.ts';

/** How many machines of each kind run; again whenever that changes. */
export async function* watchRunning(events: AsyncIterable<InventoryEvent>): AsyncGenerator<RunningCounts, void> {
  const running = new Map<MachineId, MachineKind>();
  let told = '';
  for await (const event of events) {
    if (event.type === 'snapshot') running.clear();
    else for (const id of event.removed.machines) running.delete(id);
    for (const { id, kind, state } of event.machines) {
      if (state === 'running') running.set(id, kind);
      else running.delete(id);
    }
    const kinds = [...running.values()];
    const counts = { containers: count(kinds, 'container'), virtualMachines: count(kinds, 'vm') };
    const key = `${counts.containers} ${counts.virtualMachines}`;
    if (key !== told) yield counts;
    told = key;
  }
}

function count(kinds: MachineKind[], wanted: MachineKind): number {
  return kinds.filter((kind) => kind === wanted).length;
}
