import type { Clock, Logger } from '../core/index.ts';
import type { Inventory } from '../inventory/index.ts';
import type { MachineService } from '../machines/index.ts';

/** Starts those machines that are to run whenever Catamaran does, in their order, once each: who stops one later keeps it stopped. */
export async function autostart(
  of: {
    inventory: Pick<Inventory, 'machines' | 'driverOf'>;
    machines: Pick<MachineService, 'act'>;
    clock: Clock;
    logger: Logger;
  },
  signal: AbortSignal,
): Promise<void> {
  const due = of.inventory
    .machines()
    .filter(({ vm, actions }) => vm?.autostart === true && actions.includes('start'))
    .map(({ id }) => ({ id, plan: of.inventory.driverOf(id).hardware?.autostart(id) ?? { order: 0, delaySeconds: 0 } }))
    .sort((one, other) => one.plan.order - other.plan.order);
  for (const { id, plan } of due) {
    if (plan.delaySeconds > 0) await of.clock.sleep(plan.delaySeconds * 1000, signal);
    const [answer] = await of.machines.act([id], 'start', { force: false });
    if (answer?.problem) of.logger.warn('a machine was not started', { id, reason: answer.problem.reason });
  }
}
