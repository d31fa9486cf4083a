import type { Fact, MachineDetails } from '../../contract/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { Definition } from './definition.ts';
import type { PreparedPlatform } from './platform.ts';
import { readText } from './process.ts';
import type { Vm } from './vm.ts';
import { diskPath } from './vm-files.ts';

/** The typed facts of a machine, and its definition as it is in the file. */
export async function describeVm(
  vm: Vm,
  of: { host: Host; platform: PreparedPlatform | null; qemuVersion: string },
  signal: AbortSignal,
): Promise<MachineDetails> {
  const { machine, run, connection } = vm;
  const definition = machine.problem?.reason === 'definitionInvalid' ? null : vm.definition;
  const disks = (definition?.disks ?? []).map((disk) => diskPath(vm.files, disk));
  const written = await Promise.all(disks.map(async (path) => (await of.host.stat(path, signal))?.sizeBytes ?? 0));
  const facts: Fact[] = [
    { group: 'general', label: 'name', value: machine.name },
    { group: 'general', label: 'id', value: vm.id },
    { group: 'general', label: 'image', value: machine.image?.name ?? null },
    { group: 'general', label: 'createdAt', value: machine.createdAtMs, unit: 'time' },
    { group: 'general', label: 'startedAt', value: machine.startedAtMs, unit: 'time' },
    { group: 'resources', label: 'cpuLimit', value: machine.limits.cpus, unit: 'cores' },
    { group: 'resources', label: 'memoryLimit', value: machine.limits.memoryBytes, unit: 'bytes' },
    { group: 'resources', label: 'processLimit', value: machine.limits.processes, unit: 'count' },
    { group: 'network', label: 'addresses', value: addressesOf(vm, definition) },
    { group: 'network', label: 'gateway', value: isBehindUserNetwork(definition) ? '10.0.2.2' : null },
    {
      group: 'network',
      label: 'ports',
      value: machine.ports.map((port) => `${port.hostAddress}:${port.hostPort} → ${port.machinePort}/${port.protocol}`),
    },
    { group: 'storage', label: 'folder', value: vm.files.folder },
    { group: 'storage', label: 'disk', value: disks },
    { group: 'storage', label: 'diskSize', value: written.reduce((sum, bytes) => sum + bytes, 0), unit: 'bytes' },
    { group: 'isolation', label: 'isolation', value: machine.vm?.accelerator === 'tcg' ? 'emulation' : 'hardware' },
    { group: 'isolation', label: 'kernelRelease', value: machine.kernelRelease },
    { group: 'runtime', label: 'qemuVersion', value: of.qemuVersion },
    { group: 'runtime', label: 'machineType', value: machine.vm?.machine ?? null },
    { group: 'runtime', label: 'accelerator', value: machine.vm?.accelerator ?? null },
    { group: 'runtime', label: 'startWay', value: run.way },
    { group: 'runtime', label: 'template', value: run.template },
    { group: 'runtime', label: 'pid', value: connection?.pid ?? null },
  ];
  if (connection !== null) {
    const memory = await readMemory(of.host, connection.pid, signal);
    facts.push(
      { group: 'resources', label: 'memoryProportional', value: memory.proportionalBytes, unit: 'bytes' },
      { group: 'resources', label: 'memoryShared', value: memory.sharedBytes, unit: 'bytes' },
    );
  }
  if (definition?.guest.type === 'workload') {
    const { process } = definition.guest;
    facts.push(
      { group: 'process', label: 'command', value: [...process.entrypoint, ...process.command] },
      { group: 'process', label: 'environment', value: process.env },
      { group: 'process', label: 'workingDir', value: process.workingDir || '/' },
      { group: 'process', label: 'user', value: process.user || 'root' },
    );
  }
  return { facts, raw: { definition, run, files: vm.files, platform: of.platform?.platform ?? null } };
}

/** What the guest tells of its own, or what QEMU's own network gives to everybody. */
function addressesOf(vm: Vm, definition: Definition | null): string[] {
  const told = vm.machine.vm?.addresses ?? [];
  return told.length > 0 || !isBehindUserNetwork(definition) ? told : ['10.0.2.15'];
}

function isBehindUserNetwork(definition: Definition | null): boolean {
  if (definition === null) return false;
  return definition.guest.type === 'workload' || definition.guest.hardware.network.type === 'user';
}

/** What QEMU holds: its part of what it shares counted once among all who share it, and all that it shares. Null where the kernel does not say. */
async function readMemory(
  host: Host,
  pid: number,
  signal: AbortSignal,
): Promise<{ proportionalBytes: number | null; sharedBytes: number | null }> {
  const text = await readText(host, `/proc/${pid}/smaps_rollup`, signal).catch(() => '');
  const field = (name: string) => {
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
    return kib === undefined ? null : Number(kib) * 1024;
  };
  const [clean, dirty] = [field('Shared_Clean'), field('Shared_Dirty')];
  return { proportionalBytes: field('Pss'), sharedBytes: clean === null || dirty === null ? null : clean + dirty };
}
