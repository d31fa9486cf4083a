import { z } from 'zod';
import { LEAST_VM_MEMORY_BYTES, vmHardware } from './virtual-machine.ts';

export const MOST_VM_CPUS = 64;

/** What a machine of kind `vm` is made of, besides its disks and ports. */
export const vmMake = z.object({
  /** Whole virtual processors: a guest cannot be given a part of one. */
  cpus: z.int().min(1).max(MOST_VM_CPUS),
  memoryBytes: z.int().min(LEAST_VM_MEMORY_BYTES),
  /** Null for workloads, whose machine Catamaran chooses. */
  hardware: vmHardware.nullable(),
});
export type VmMake = z.infer<typeof vmMake>;

export const vmField = z.enum(['cpus', 'memoryBytes', ...vmHardware.keyof().options]);
export type VmField = z.infer<typeof vmField>;

/** What is not named stays. */
export const vmChange = z.object({
  cpus: vmMake.shape.cpus.optional(),
  memoryBytes: vmMake.shape.memoryBytes.optional(),
  hardware: vmHardware.partial().optional(),
});
export type VmChange = z.infer<typeof vmChange>;

export const vmHardwareReport = z.object({
  /** As it is defined, which counts from the next start on. */
  defined: vmMake,
  /** As it runs; null while it does not. */
  running: vmMake.nullable(),
  atNextStart: z.array(vmField),
  /** Fields whose change counts at once, while it runs; all others count from the next start on. */
  now: z.array(vmField),
  /** While it runs: processors can be added at once up to this many; null: none can. */
  addableCpus: z.int().nullable(),
  /** While it runs: whether an agent in the guest switches added processors on; without one its system has to do so itself. */
  switchesCpusOn: z.boolean(),
  /** While it runs: what of its memory the guest has, between what it uses itself and what it was started with; null: without a balloon. */
  balloon: z.object({ actualBytes: z.number(), usedBytes: z.number().nullable(), maximumBytes: z.number() }).nullable(),
});
export type VmHardwareReport = z.infer<typeof vmHardwareReport>;

/** When machines start by themselves with Catamaran: in this order, each so long after the one before it. */
export const vmAutostart = z.object({
  enabled: z.boolean(),
  order: z.int().min(0).max(999),
  delaySeconds: z.int().min(0).max(3600),
});
export type VmAutostart = z.infer<typeof vmAutostart>;

/** The machine as it is after a change. */
export function changed(make: VmMake, { cpus = make.cpus, memoryBytes = make.memoryBytes, hardware }: VmChange): VmMake {
  return { cpus, memoryBytes, hardware: make.hardware === null ? null : { ...make.hardware, ...hardware } };
}

/** Fields in which they differ. */
export function differing(one: VmMake, other: VmMake): VmField[] {
  const differs = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b);
  return vmField.options.filter((field) => {
    if (field === 'cpus' || field === 'memoryBytes') return one[field] !== other[field];
    return differs(one.hardware?.[field], other.hardware?.[field]);
  });
}

/** Why a machine cannot be made so. A key of the renderer's catalogue. */
export const vmFault = z.enum([
  'cpusAboveMaximum',
  'cpusAboveTopology',
  'topologyTooLarge',
  'maximumUnlikeTopology',
  'maximumNeedsQ35',
  'machineUnlikeArchitecture',
  'firmwareUefiOnly',
  'microvmBiosOnly',
  'microvmNoScreen',
  'microvmNoNetworkBoot',
  'microvmOneSerialPort',
  'tpmNeedsUefi',
  'pinnedMissing',
  'tagTwice',
  'noDrive',
]);
export type VmFault = z.infer<typeof vmFault>;

/** All that is wrong with it by itself. @param of.hostCpus processors of the host that runs it */
export function faultsOf({ cpus, hardware }: VmMake, of: { hostCpus: number }): { field: VmField; fault: VmFault }[] {
  if (hardware === null) return [];
  const { topology, maximumCpus, pinnedCpus, architecture, machine, firmware } = hardware;
  const product = topology === null ? null : topology.sockets * topology.cores * topology.threads;
  const tags = hardware.sharedFolders.map(({ tag }) => tag);
  const faults: [boolean, VmField, VmFault][] = [
    [maximumCpus !== null && cpus > maximumCpus, 'cpus', 'cpusAboveMaximum'],
    [product !== null && product > MOST_VM_CPUS, 'topology', 'topologyTooLarge'],
    [product !== null && cpus > product, 'topology', 'cpusAboveTopology'],
    [product !== null && maximumCpus !== null && maximumCpus !== product, 'topology', 'maximumUnlikeTopology'],
    [maximumCpus !== null && machine !== 'q35', 'maximumCpus', 'maximumNeedsQ35'],
    [(architecture === 'aarch64') !== (machine === 'virt'), 'machine', 'machineUnlikeArchitecture'],
    [architecture === 'aarch64' && firmware !== 'uefi', 'firmware', 'firmwareUefiOnly'],
    [machine === 'microvm' && firmware !== 'bios', 'firmware', 'microvmBiosOnly'],
    [machine === 'microvm' && hardware.display !== 'none', 'display', 'microvmNoScreen'],
    [machine === 'microvm' && hardware.bootFrom === 'network', 'bootFrom', 'microvmNoNetworkBoot'],
    [machine === 'microvm' && hardware.serialPorts > 1, 'serialPorts', 'microvmOneSerialPort'],
    [hardware.tpm && firmware !== 'uefi', 'tpm', 'tpmNeedsUefi'],
    [pinnedCpus?.some((cpu) => cpu >= of.hostCpus) === true, 'pinnedCpus', 'pinnedMissing'],
    [new Set(tags).size < tags.length, 'sharedFolders', 'tagTwice'],
    [hardware.bootFrom === 'cdrom' && hardware.cdrom === null, 'bootFrom', 'noDrive'],
  ];
  return faults.filter(([isWrong]) => isWrong).map(([, field, fault]) => ({ field, fault }));
}
