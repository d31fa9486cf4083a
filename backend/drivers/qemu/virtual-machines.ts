import { randomBytes } from 'node:crypto';
import type { MachineId, PortForward } from '../../contract/index.ts';
import { AppError, type Clock, toAppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { RunSpec, VirtualMachinesFacet } from '../driver.ts';
import type { Definition } from './definition.ts';
import type { Vm } from './vm.ts';

/** Below this the guest's kernel does not come up. */
const LEAST_MEMORY_BYTES = 96 * 1024 * 1024;
const MOST_CPUS = 64;
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
  defaults: () => { memoryBytes: number; cpus: number };
}): VirtualMachinesFacet {
  const { host, clock, vms } = of;
  return {
    async define(spec, signal) {
      if (vms.names().includes(spec.name)) throw new AppError('nameTaken', { name: spec.name });
      const vm = vms.add(randomBytes(6).toString('hex'));
      try {
        await vm.save(toDefinition(spec, of.defaults(), clock.now()), signal);
      } catch (error) {
        await vms.forget(vm);
        throw error;
      }
      return vm.machine.id;
    },
    setProgress: (id, progress) => vms.get(id).setCreating({ progress }),
    async setDisk(id, basePath, signal) {
      const vm = vms.get(id);
      const diskBytes = classOf((await host.stat(basePath, signal))?.sizeBytes ?? LEAST_DISK_BYTES);
      const overlay = ['-f', 'qcow2', '-F', 'raw', '-b', basePath, vm.files.disk, String(diskBytes)];
      const result = await host.exec(['qemu-img', 'create', '-q', ...overlay], {}, signal);
      if (result.exitCode !== 0) {
        throw new AppError('commandFailed', { command: 'qemu-img', exitCode: result.exitCode, message: result.stderr.trim() });
      }
      await vm.save({ ...vm.definition, diskBytes, hasDisk: true }, signal);
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
  };
}

/** The next power of two: machines of different images then share a template, and what is not written takes no room. */
function classOf(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(bytes, LEAST_DISK_BYTES)));
}

/** A limit on memory may be less than a kernel needs, and one on processors may be a part of one. */
function toDefinition(spec: RunSpec, defaults: { memoryBytes: number; cpus: number }, createdAtMs: number): Definition {
  return {
    version: 1,
    name: spec.name,
    createdAtMs,
    image: spec.image,
    twinId: spec.twinId,
    cpus: Math.min(MOST_CPUS, Math.ceil(spec.limits.cpus ?? defaults.cpus)),
    memoryBytes: Math.max(LEAST_MEMORY_BYTES, spec.limits.memoryBytes ?? defaults.memoryBytes),
    processes: spec.limits.processes,
    ports: checked(spec.ports),
    process: spec.process,
    diskBytes: null,
    hasDisk: false,
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
