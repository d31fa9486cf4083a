import type { BinnedVm, EngineId, MachineId } from '../contract/index.ts';
import { type Clock, type Logger, messageOf } from '../core/index.ts';
import { facetOf } from '../drivers/facets.ts';
import type { Inventory } from '../inventory/index.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Virtual machines that were removed, of all engines. */
export interface VmBin {
  /** The last removed first. */
  list(signal: AbortSignal): Promise<BinnedVm[]>;
  restore(of: { engineId: EngineId; id: string }, signal: AbortSignal): Promise<{ machineId: MachineId }>;
  /** For good. */
  remove(of: { engineId: EngineId; id: string }, signal: AbortSignal): Promise<void>;
}

export function createBin({ inventory }: { inventory: Pick<Inventory, 'driver' | 'drivers'> }): VmBin {
  const bin = (engineId: EngineId) => facetOf(inventory.driver(engineId), 'bin');
  return {
    async list(signal) {
      const lists = await Promise.all(inventory.drivers().map((driver) => driver.bin?.list(signal) ?? []));
      return lists.flat().sort((a, b) => b.binnedAtMs - a.binnedAtMs);
    },
    restore: async ({ engineId, id }, signal) => ({ machineId: await bin(engineId).restore(id, signal) }),
    remove: async ({ engineId, id }, signal) => await bin(engineId).remove(id, signal),
  };
}

/** Deletes for good what has lain there for longer than `days` says, every hour, until the signal aborts. 0 days: it stays. */
export async function emptyBin(deps: { bin: VmBin; days: () => number; clock: Clock; logger: Logger }, signal: AbortSignal): Promise<void> {
  const { bin, clock, logger } = deps;
  while (!signal.aborted) {
    await clock.sleep(HOUR_MS, signal);
    const days = deps.days();
    if (days === 0) continue;
    for (const binned of await bin.list(signal)) {
      if (clock.now() - binned.binnedAtMs < days * DAY_MS) continue;
      await bin.remove(binned, signal).catch((error: unknown) => {
        logger.warn('a machine in the bin was not deleted', { id: binned.id, error: messageOf(error) });
      });
    }
  }
}
