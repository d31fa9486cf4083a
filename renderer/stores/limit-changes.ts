import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Limits, Machine, MachineId } from '../../backend/contract/index.ts';
import type { InventoryStore } from './inventory.ts';

export interface LimitChange {
  timeMs: number;
  limit: keyof Limits;
  before: number | null;
  after: number | null;
}

/** When limits of machines changed while this page was open, whoever changed them; oldest first. */
export type LimitChangesStore = StoreApi<ReadonlyMap<MachineId, readonly LimitChange[]>>;

const LIMITS = ['cpus', 'memoryBytes', 'processes'] as const satisfies readonly (keyof Limits)[];
const KEPT = 50;

export function createLimitChanges(inventory: InventoryStore, now: () => number): LimitChangesStore {
  const changes: LimitChangesStore = createStore(() => new Map());
  inventory.subscribe((after, before) => {
    if (after.machines === before.machines) return;
    for (const [id, machine] of after.machines) {
      const known = before.machines.get(id);
      if (known === undefined || known === machine) continue;
      const found = changesBetween(known, machine, now());
      if (found.length > 0)
        changes.setState(new Map([...changes.getState(), [id, [...(changes.getState().get(id) ?? []), ...found].slice(-KEPT)]]), true);
    }
  });
  return changes;
}

function changesBetween(before: Machine, after: Machine, timeMs: number): LimitChange[] {
  return LIMITS.filter((limit) => before.limits[limit] !== after.limits[limit]).map((limit) => ({
    timeMs,
    limit,
    before: before.limits[limit],
    after: after.limits[limit],
  }));
}
