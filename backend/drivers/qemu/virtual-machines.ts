import { randomBytes } from 'node:crypto';
import type { MachineId, PortForward } from '../../contract/index.ts';
import { AppError, type Clock, toAppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { RunSpec, SystemSpec, VirtualMachinesFacet } from '../driver.ts';
import { LEAST_WORKLOAD_MEMORY_BYTES } from '../virtual-machines.ts';
import { hostAbilities } from './abilities.ts';
import { type Definition, diskOf, ROOT_DISK, withGeneration } from './definition.ts';
import { createImage } from './disk-images/index.ts';
import type { PreparedPlatform } from './platform.ts';
import type { Vm } from './vm.ts';
import { diskPath } from './vm-files.ts';

const MOST_CPUS = 64;
const CLEAN_UP_MS = 10_000;
const LEAST_DISK_BYTES = 64 * 1024 * 1024;

/** What defining machines needs of the driver that keeps them. */
export interface VmRegistry {
  get(id: MachineId): Vm;
  names(): string[];
  /** A machine that has no definition yet. */
  add(id: string): Vm;
  forget(vm: Vm): Promise<void>;
}

export function createVirtualMachinesFacet(of: {
  host: Host;
  clock: Clock;
  vms: VmRegistry;
  /** What runs guests here; null while that is being found out. */
  prepared: () => PreparedPlatform | null;
  defaults: () => { memoryBytes: number; cpus: number };
}): VirtualMachinesFacet {
  const { host, clock, vms } = of;

  async function add(definition: Definition, signal: AbortSignal): Promise<MachineId> {
    if (vms.names().includes(definition.name)) throw new AppError('nameTaken', { name: definition.name });
    const vm = vms.add(randomBytes(6).toString('hex'));
    try {
      await vm.save(definition, signal);
    } catch (error) {
      await vms.forget(vm);
      throw error;
    }
    return vm.machine.id;
  }

  async function addDisk(...[id, disk, make, signal]: Parameters<VirtualMachinesFacet['addDisk']>): Promise<void> {
    const vm = vms.get(id);
    const path = diskPath(vm.files, disk);
    try {
      await make(path);
    } catch (error) {
      await host.remove(path, AbortSignal.timeout(CLEAN_UP_MS));
      throw error;
    }
    await vm.save({ ...vm.definition, disks: [...vm.definition.disks, disk] }, signal);
  }

  return {
    define: async (spec, signal) => await add(toDefinition(spec, of.defaults(), clock.now()), signal),
    create: async (spec, signal) => await add(toSystem(spec, clock.now()), signal),
    setProgress: (id, progress) => vms.get(id).setCreating({ progress }),
    async setDisk(id, basePath, signal) {
      const vm = vms.get(id);
      const disk = diskOf(ROOT_DISK, classOf((await host.stat(basePath, signal))?.sizeBytes ?? LEAST_DISK_BYTES));
      const overlay = ['-f', 'qcow2', '-F', 'raw', '-b', basePath, diskPath(vm.files, disk), String(disk.sizeBytes)];
      const result = await host.exec(['qemu-img', 'create', '-q', ...overlay], {}, signal);
      if (result.exitCode !== 0) {
        throw new AppError('commandFailed', { command: 'qemu-img', exitCode: result.exitCode, message: result.stderr.trim() });
      }
      await vm.save({ ...vm.definition, disks: [disk], finished: true }, signal);
      vm.setCreating(null);
    },
    addDisk,
    addBlankDisk: async (id, disk, signal) =>
      await addDisk(id, disk, (path) => createImage(host, { path, format: disk.format, virtualBytes: disk.sizeBytes }, signal), signal),
    abilities: async (signal) => await hostAbilities(host, of.prepared(), signal),
    async finish(id, signal) {
      const vm = vms.get(id);
      await vm.save({ ...vm.definition, finished: true }, signal);
      vm.setCreating(null);
    },
    async setFailed(id, error, signal) {
      const vm = vms.get(id);
      await vm.save({ ...vm.definition, problem: toAppError(error).problem }, signal);
      vm.setCreating(null);
    },
    async setPorts(id, ports, signal) {
      await vms.get(id).setPorts(checked(ports), signal);
    },
    keepTiming: async (id, timing, signal) => await vms.get(id).keepTiming(timing, signal),
  };
}

/** The next power of two: machines of different images then share a template, and what is not written takes no room. */
function classOf(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(bytes, LEAST_DISK_BYTES)));
}

/** A limit on memory may be less than a kernel needs, and one on processors may be a part of one. */
function toDefinition(spec: RunSpec, defaults: { memoryBytes: number; cpus: number }, createdAtMs: number): Definition {
  return {
    version: 2,
    name: spec.name,
    createdAtMs,
    twinId: spec.twinId,
    autostart: false,
    cpus: Math.min(MOST_CPUS, Math.ceil(spec.limits.cpus ?? defaults.cpus)),
    memoryBytes: Math.max(LEAST_WORKLOAD_MEMORY_BYTES, spec.limits.memoryBytes ?? defaults.memoryBytes),
    ports: checked(spec.ports),
    disks: [],
    snapshotId: null,
    saved: null,
    guest: {
      type: 'workload',
      image: spec.image,
      process: spec.process,
      processes: spec.limits.processes,
      startWay: spec.startWay ?? null,
    },
    finished: false,
    problem: null,
  };
}

function toSystem({ hardware, source, cloudInit, ...spec }: SystemSpec, createdAtMs: number): Definition {
  return {
    version: 2,
    ...spec,
    createdAtMs,
    twinId: null,
    ports: checked(spec.ports),
    disks: [],
    snapshotId: null,
    saved: null,
    guest: withGeneration({ type: 'system', source, hardware, ...(cloudInit === undefined ? {} : { cloudInit }) }),
    finished: false,
    problem: null,
  };
}

/** @throws AppError `invalidInput` for two forwards of one port */
function checked(ports: PortForward[]): PortForward[] {
  const taken = new Set<string>();
  for (const port of ports) {
    const key = `${port.protocol} ${port.hostPort}`;
    if (taken.has(key)) throw new AppError('invalidInput', { field: 'ports', message: `port ${port.hostPort} is forwarded twice` });
    taken.add(key);
  }
  return ports;
}
