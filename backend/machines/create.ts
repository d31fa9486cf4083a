import type { ContainerSpec, EngineId, MachineId } from '../contract/index.ts';
import { AppError, type Clock, type Scope } from '../core/index.ts';
import { facetOf } from '../drivers/facets.ts';
import type { Inventory } from '../inventory/index.ts';
import type { Tasks } from '../tasks/index.ts';
import type { Names } from './names.ts';
import { type Pull, provideImage } from './provide-image.ts';
import { startAndTime } from './start.ts';

export interface CreateParts {
  inventory: Inventory;
  tasks: Tasks;
  names: Names;
  pull: Pull;
  clock: Clock;
  scope: Scope;
}

/**
 * Makes a container from a spec, as one task: the image is pulled if it has to be, the container created and started. When any
 * of it fails or is cancelled, no container is left; an image that was pulled is.
 */
export async function createContainer(
  parts: CreateParts,
  { engineId, spec, start }: { engineId: EngineId; spec: ContainerSpec; start: boolean },
): Promise<{ machineId: MachineId }> {
  const { inventory, tasks, names, clock, scope } = parts;
  const driver = inventory.driver(engineId);
  const containers = facetOf(driver, 'containers');
  const onEngine = () => inventory.machines().filter((machine) => machine.engineId === engineId);
  // Before a pull that may take long.
  if (spec.name !== null && onEngine().some(({ name }) => name === spec.name)) throw new AppError('nameTaken', { name: spec.name });
  const requestedAt = { ms: clock.now(), monotonicMs: clock.monotonic() };
  const { result } = tasks.run({ kind: 'createContainer', subject: spec.name ?? spec.image, cancellable: true }, async (report, signal) => {
    const image = await provideImage(driver, { spec, pull: parts.pull, report }, signal);
    const taken = new Set(inventory.machines().map(({ name }) => name));
    const name = spec.name ?? names.next(image.name, { taken, twinId: null });
    try {
      const machineId = await containers.createFrom({ spec, name, image, twinId: null }, signal);
      report({ machineId });
      if (!start) return { machineId };
      try {
        await startAndTime(parts, { driver, id: machineId, action: 'start', requestedAt, preparationMs: 0 }, signal);
        return { machineId };
      } catch (error) {
        await driver.act(machineId, 'remove', { force: true }, scope.signal).catch(unlessGone);
        throw error;
      }
    } finally {
      names.release(name);
    }
  });
  return result;
}

/** One that is removed at its end (`--rm`) may be gone already. */
export function unlessGone(error: unknown): void {
  if (!(error instanceof AppError) || error.reason !== 'machineMissing') throw error;
}
