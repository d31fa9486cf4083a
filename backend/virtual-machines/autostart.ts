import type { Logger } from '../core/index.ts';
import type { Inventory } from '../inventory/index.ts';
import type { MachineService } from '../machines/index.ts';

/** Starts those machines that are to run whenever Catamaran does, once each: who stops one later keeps it stopped. */
export async function autostart(of: {
  inventory: Pick<Inventory, 'machines'>;
  machines: Pick<MachineService, 'act'>;
  logger: Logger;
}): Promise<void> {
  const due = of.inventory.machines().filter(({ vm, actions }) => vm?.autostart === true && actions.includes('start'));
  const ids = due.map(({ id }) => id);
  for (const { id, problem } of await of.machines.act(ids, 'start', { force: false })) {
    if (problem !== null) of.logger.warn('a machine was not started', { id, reason: problem.reason });
  }
}
