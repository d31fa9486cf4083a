import type { Fact, MachineDetails } from '../../contract/index.ts';
import type { PreparedPlatform } from './platform.ts';
import type { Vm } from './vm.ts';

/** The typed facts of a machine, and its definition as it is in the file. */
export function describeVm(
  vm: Vm,
  of: { platform: PreparedPlatform | null; diskBytes: number | null; qemuVersion: string },
): MachineDetails {
  const { machine, run, connection } = vm;
  const facts: Fact[] = [
    { group: 'general', label: 'name', value: machine.name },
    { group: 'general', label: 'id', value: vm.id },
    { group: 'general', label: 'image', value: machine.image?.name ?? null },
    { group: 'general', label: 'createdAt', value: machine.createdAtMs, unit: 'time' },
    { group: 'general', label: 'startedAt', value: machine.startedAtMs, unit: 'time' },
    { group: 'resources', label: 'cpuLimit', value: machine.limits.cpus, unit: 'cores' },
    { group: 'resources', label: 'memoryLimit', value: machine.limits.memoryBytes, unit: 'bytes' },
    { group: 'resources', label: 'processLimit', value: machine.limits.processes, unit: 'count' },
    { group: 'network', label: 'addresses', value: ['10.0.2.15'] },
    { group: 'network', label: 'gateway', value: '10.0.2.2' },
    {
      group: 'network',
      label: 'ports',
      value: machine.ports.map((port) => `${port.hostAddress}:${port.hostPort} → ${port.machinePort}/${port.protocol}`),
    },
    { group: 'storage', label: 'folder', value: vm.files.folder },
    { group: 'storage', label: 'disk', value: vm.files.disk },
    { group: 'storage', label: 'diskSize', value: of.diskBytes, unit: 'bytes' },
    { group: 'isolation', label: 'isolation', value: 'hardware' },
    { group: 'isolation', label: 'kernelRelease', value: machine.kernelRelease },
    { group: 'runtime', label: 'qemuVersion', value: of.qemuVersion },
    { group: 'runtime', label: 'machineType', value: of.platform?.platform.machine ?? null },
    { group: 'runtime', label: 'accelerator', value: of.platform?.accelerators.name ?? null },
    { group: 'runtime', label: 'startWay', value: run.way },
    { group: 'runtime', label: 'pid', value: connection?.pid ?? null },
  ];
  const definition = machine.problem?.reason === 'definitionInvalid' ? null : vm.definition;
  if (definition !== null) {
    const { process } = definition;
    facts.push(
      { group: 'process', label: 'command', value: [...process.entrypoint, ...process.command] },
      { group: 'process', label: 'environment', value: process.env },
      { group: 'process', label: 'workingDir', value: process.workingDir || '/' },
      { group: 'process', label: 'user', value: process.user || 'root' },
    );
  }
  return { facts, raw: { definition, run, files: vm.files, platform: of.platform?.platform ?? null } };
}
