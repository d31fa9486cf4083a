import type { Image, Limits, MachineId, RunRequest } from '../contract/index.ts';
import { AppError, type Clock, type Scope } from '../core/index.ts';
import type { Driver, ImageProcess, RunSpec } from '../drivers/driver.ts';
import { facetOf } from '../drivers/facets.ts';
import { LEAST_WORKLOAD_MEMORY_BYTES } from '../drivers/virtual-machines.ts';
import type { DiskStore } from '../images/index.ts';
import type { Inventory } from '../inventory/index.ts';
import type { Tasks } from '../tasks/index.ts';
import type { Names } from './names.ts';
import { Ports } from './ports.ts';
import { startAndTime } from './start.ts';

/** Limits of a virtual machine whose run names none. */
export interface RunDefaults {
  vmMemoryBytes: number;
  vmCpus: number;
}

interface Prepared {
  machineId: MachineId;
  preparationMs: number;
}

export function createRunner(deps: {
  inventory: Inventory;
  tasks: Tasks;
  disks: DiskStore;
  defaults: () => RunDefaults;
  names: Names;
  clock: Clock;
  scope: Scope;
}) {
  const { inventory, tasks, names, clock } = deps;
  const ports = new Ports();
  /** Machines whose disk is being made; ends it, and resolves when that is over. */
  const preparing = new Map<MachineId, () => Promise<void>>();

  async function run(request: RunRequest): Promise<{ machineId: MachineId }> {
    const requestedAt = { ms: clock.now(), monotonicMs: clock.monotonic() };
    const image = inventory.image(request.imageId);
    const imageDriver = inventory.driverOf(request.imageId);
    const driver = request.as === 'container' ? imageDriver : vmDriverBeside(imageDriver);
    const subject = image.names[0] ?? image.id;
    const { result } = tasks.run(
      { kind: request.as === 'container' ? 'runContainer' : 'runVm', subject, cancellable: true },
      async (report, signal) => {
        const spec = await specOf(request, { image, imageDriver, driver }, signal);
        try {
          const { machineId, preparationMs } =
            request.as === 'container'
              ? { machineId: await facetOf(driver, 'containers').create(spec, signal), preparationMs: 0 }
              : await createVm(driver, { spec, image, imageDriver, report }, signal);
          await startAndTime(deps, { driver, id: machineId, action: 'start', requestedAt, preparationMs }, signal);
          return { machineId };
        } finally {
          names.release(spec.name);
          ports.release(driver.host, spec.ports);
        }
      },
    );
    return result;
  }

  async function specOf(
    request: RunRequest,
    from: { image: Image; imageDriver: Driver; driver: Driver },
    signal: AbortSignal,
  ): Promise<RunSpec> {
    const { image, imageDriver, driver } = from;
    const ofImage = await facetOf(imageDriver, 'images').process(image.id, signal);
    const name = image.names[0] ?? image.id;
    const taken = new Set(inventory.machines().map((machine) => machine.name));
    return {
      name: request.name ?? names.next(name, { taken, twinId: request.twinId ?? null }),
      image: { id: image.id, name },
      twinId: request.twinId ?? null,
      ports: request.ports ?? (await ports.choose(driver.host, ofImage.exposedPorts, signal)),
      limits: limitsOf(request),
      process: withChanges(ofImage, request),
      startWay: request.startWay ?? null,
    };
  }

  /** Both halves of a twin get what a virtual machine can be given: a container without limits would be no equal. */
  function limitsOf({ as, twinId, limits: { cpus = null, memoryBytes = null, processes = null } = {} }: RunRequest): Limits {
    if (as === 'container' && twinId === undefined) return { cpus, memoryBytes, processes };
    const { vmCpus, vmMemoryBytes } = deps.defaults();
    return {
      cpus: Math.ceil(cpus ?? vmCpus),
      memoryBytes: Math.max(LEAST_WORKLOAD_MEMORY_BYTES, memoryBytes ?? vmMemoryBytes),
      processes,
    };
  }

  async function createVm(
    driver: Driver,
    from: { spec: RunSpec; image: Image; imageDriver: Driver; report: (progress: { progress: number | null }) => void },
    signal: AbortSignal,
  ): Promise<Prepared> {
    const vms = facetOf(driver, 'virtualMachines');
    const images = facetOf(from.imageDriver, 'images');
    const machineId = await vms.define(from.spec, signal);
    const beganAt = clock.monotonic();
    const abandoned = new AbortController();
    const over = Promise.withResolvers<void>();
    preparing.set(machineId, () => {
      abandoned.abort(new AppError('cancelled'));
      return over.promise;
    });
    const making = AbortSignal.any([signal, abandoned.signal]);
    try {
      const onProgress = (progress: number | null) => {
        vms.setProgress(machineId, progress);
        from.report({ progress });
      };
      const disk = await deps.disks.diskFor({ image: from.image, images }, onProgress, making);
      await vms.setDisk(machineId, disk, making);
    } catch (error) {
      // The row says why; its own life goes on after the cancelled call.
      await vms.setFailed(machineId, error, deps.scope.signal).catch(() => {});
      throw error;
    } finally {
      preparing.delete(machineId);
      over.resolve();
    }
    return { machineId, preparationMs: clock.monotonic() - beganAt };
  }

  /** Virtual machines run on the host that has the image. */
  function vmDriverBeside(imageDriver: Driver): Driver {
    const beside = inventory.drivers().find((driver) => driver.virtualMachines !== undefined && driver.host === imageDriver.host);
    if (beside === undefined) throw new AppError('qemuMissing');
    return beside;
  }

  return {
    run,
    /** Ends the making of a machine's disk, so that the machine can be removed. */
    async abandon(id: MachineId): Promise<void> {
      await preparing.get(id)?.();
    },
  };
}

function withChanges(process: ImageProcess, request: RunRequest): ImageProcess {
  const changed = Object.entries(request.env ?? {});
  const kept = process.env.filter((entry) => !changed.some(([key]) => entry.startsWith(`${key}=`)));
  return {
    ...process,
    command: request.command ?? process.command,
    env: [...kept, ...changed.map(([key, value]) => `${key}=${value}`)],
  };
}
