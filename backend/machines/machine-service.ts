import type { Machine, MachineAction, MachineId, PortForward, Problem, RunRequest } from '../contract/index.ts';
import { AppError, type Clock, type Logger, Scope, toAppError } from '../core/index.ts';
import { isAllowed } from '../drivers/actions.ts';
import type { OnBytes } from '../drivers/byte-progress.ts';
import { facetOf } from '../drivers/facets.ts';
import type { DiskStore } from '../images/index.ts';
import type { Inventory } from '../inventory/index.ts';
import { movedBytes, type Tasks } from '../tasks/index.ts';
import { type ContainerService, createContainerService } from './container-service.ts';
import { Names } from './names.ts';
import type { Pull } from './provide-image.ts';
import { createRunner, type RunDefaults } from './run.ts';
import { startAndTime } from './start.ts';

/** Engines answer several requests at once, but not hundreds. */
const ACT_AT_ONCE = 8;

/** The commands on machines, the same for every engine. */
export interface MachineService extends AsyncDisposable {
  readonly containers: ContainerService;
  /** Runs an image as a container or as a virtual machine, as a task that goes on when the caller goes away. */
  run(request: RunRequest): Promise<{ machineId: MachineId }>;
  /** Does the action on each; a failure of one does not stop the others. Goes on when the caller goes away. */
  act(ids: readonly MachineId[], action: MachineAction, options: { force: boolean }): Promise<{ id: MachineId; problem: Problem | null }[]>;
  /** @throws AppError actionUnsupported, portTaken, machineWrongState */
  setPorts(id: MachineId, ports: PortForward[], signal: AbortSignal): Promise<void>;
}

export function createMachineService(deps: {
  inventory: Inventory;
  tasks: Tasks;
  disks: DiskStore;
  pull: Pull;
  defaults: () => RunDefaults;
  clock: Clock;
  logger: Logger;
}): MachineService {
  const { inventory, tasks, clock, logger } = deps;
  const scope = new Scope((error) => logger.warn('what a start took could not be noted', { error }));
  const names = new Names();
  const runner = createRunner({ ...deps, names, scope });

  /** Takes as long as its memory is large. */
  async function movingMemory(
    { id, name }: Machine,
    kind: 'suspendVm' | 'restoreVm',
    work: (onProgress: OnBytes, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const request = { kind, subject: name, machineId: id, cancellable: true };
    await tasks.run(request, (report, signal) => work((bytes) => report(movedBytes(bytes)), signal)).result;
  }

  async function actOn(id: MachineId, action: MachineAction, force: boolean): Promise<void> {
    const machine = inventory.machine(id);
    const driver = inventory.driverOf(id);
    if (action === 'remove') await runner.abandon(id);
    if (!isAllowed(machine, action, { force })) {
      throw new AppError('machineWrongState', { name: machine.name, state: machine.state, action });
    }
    if (action === 'suspend') {
      return await movingMemory(machine, 'suspendVm', (onProgress, signal) => driver.act(id, action, { force, onProgress }, signal));
    }
    if (action === 'start' || action === 'restart') {
      const requestedAt = { ms: clock.now(), monotonicMs: clock.monotonic() };
      const start = (onProgress: OnBytes, signal: AbortSignal) =>
        startAndTime({ inventory, clock, scope }, { driver, id, action, requestedAt, preparationMs: 0, onProgress }, signal);
      return await (machine.state === 'suspended' ? movingMemory(machine, 'restoreVm', start) : start(() => {}, scope.signal));
    }
    if (action === 'stop' || action === 'kill') inventory.mark(id, { state: 'stopping' });
    try {
      await driver.act(id, action, { force }, scope.signal);
      inventory.settle(id);
    } catch (error) {
      inventory.mark(id, { state: null });
      throw error;
    }
  }

  return {
    containers: createContainerService({ ...deps, names, scope }),

    run: (request) => runner.run(request),

    async act(ids, action, { force }) {
      const answers: { id: MachineId; problem: Problem | null }[] = ids.map((id) => ({ id, problem: null }));
      const waiting = answers.values();
      const work = async () => {
        for (const answer of waiting) {
          try {
            await actOn(answer.id, action, force);
          } catch (error) {
            answer.problem = toAppError(error).problem;
            logger.warn('action failed', { machineId: answer.id, action, error });
          }
        }
      };
      await Promise.all(Array.from({ length: ACT_AT_ONCE }, work));
      return answers;
    },

    async setPorts(id, ports, signal) {
      await facetOf(inventory.driverOf(id), 'virtualMachines').setPorts(id, ports, signal);
    },

    async [Symbol.asyncDispose]() {
      await scope[Symbol.asyncDispose]();
    },
  };
}
