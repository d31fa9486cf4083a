import { hasProcesses, type Machine, type MachineId, machineSubject } from './contract/index.ts';
import type { Inventory } from './inventory/index.ts';
import type { Metrics } from './metrics/index.ts';

/** Measures every machine for as long as it runs. Ends with the signal. */
export async function followMachines(deps: { inventory: Inventory; metrics: Metrics }, signal: AbortSignal): Promise<void> {
  const { inventory, metrics } = deps;
  const attached = new Set<MachineId>();

  function detach(id: MachineId): void {
    if (attached.delete(id)) metrics.detach(machineSubject(id));
  }

  function consider(machine: Machine): void {
    const measurable = hasProcesses(machine.state);
    if (!measurable) detach(machine.id);
    if (!measurable || attached.has(machine.id)) return;
    const driver = inventory.driverOf(machine.id);
    const facet = driver.metrics;
    if (facet === undefined) return;
    attached.add(machine.id);
    metrics.attach({ subject: machineSubject(machine.id), host: driver.host, open: (openSignal) => facet.source(machine.id, openSignal) });
  }

  for await (const event of inventory.watch(signal)) {
    if (event.type === 'snapshot') {
      const there = new Set(event.machines.map((machine) => machine.id));
      for (const id of attached) if (!there.has(id)) detach(id);
    } else {
      for (const id of event.removed.machines) detach(id);
    }
    for (const machine of event.machines) consider(machine);
  }
}
