import { z } from 'zod';

/** As QEMU names it; one that is not the host's is emulated. */
export const architecture = z.enum(['x86_64', 'aarch64']);
export type Architecture = z.infer<typeof architecture>;

/** `microvm` (all on virtio's own bus, no PCI) and `q35` are x86-64's, `virt` is AArch64's. */
export const machineType = z.enum(['microvm', 'q35', 'virt']);
export type MachineType = z.infer<typeof machineType>;

/** What runs first in a machine with an operating system of its own. AArch64 has UEFI only. */
export const firmware = z.enum(['bios', 'uefi']);
export type Firmware = z.infer<typeof firmware>;

/** QEMU's id of a device, and the name of its block node. */
export const deviceId = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/);

export const diskFormat = z.enum(['qcow2', 'raw']);
export type DiskFormat = z.infer<typeof diskFormat>;

export const vmDisk = z.object({
  id: deviceId,
  /** A file's name in the machine's own folder. */
  file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,100}$/),
  format: diskFormat,
  bus: z.enum(['virtio', 'sata']),
  /** What the guest sees of it. */
  sizeBytes: z.int().positive(),
  writable: z.boolean(),
});
export type VmDisk = z.infer<typeof vmDisk>;

const interfaceName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/);

/** `user`: behind QEMU's own NAT, with port forwards. `bridge` and `tap`: on a network of the host, where that is allowed. */
export const vmNetwork = z.discriminatedUnion('type', [
  z.object({ type: z.literal('user') }),
  z.object({ type: z.literal('bridge'), bridge: interfaceName }),
  z.object({ type: z.literal('tap'), device: interfaceName }),
  z.object({ type: z.literal('none') }),
]);
export type VmNetwork = z.infer<typeof vmNetwork>;

/** A folder of the host in the guest, under a tag that the guest mounts; by virtiofs where there is one, else by 9p. */
export const sharedFolder = z.object({
  tag: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,30}$/),
  path: z.string().startsWith('/').max(4096),
  writable: z.boolean(),
});
export type SharedFolder = z.infer<typeof sharedFolder>;

const MIB = 1024 * 1024;

/** The machine that a guest with an operating system of its own runs on. Its disks, ports, processors and memory stand beside it. */
export const vmHardware = z.object({
  architecture,
  machine: machineType,
  firmware,
  /** A TPM 2.0, by swtpm. */
  tpm: z.boolean(),
  /** Null: each processor is a socket. Their product is the highest number of processors. */
  topology: z.object({ sockets: z.int().min(1), cores: z.int().min(1), threads: z.int().min(1) }).nullable(),
  /** Processors that can be added while it runs, up to this many; null: none. */
  maximumCpus: z.int().min(1).max(64).nullable(),
  /** Processors of the host that it keeps to; null: all. */
  pinnedCpus: z.array(z.int().min(0)).min(1).nullable(),
  /** A drive, with a disc in it or empty; null: no drive. */
  cdrom: z.object({ path: z.string().startsWith('/').nullable() }).nullable(),
  bootFrom: z.enum(['disk', 'cdrom', 'network']),
  network: vmNetwork,
  /** Null: QEMU's. */
  macAddress: z
    .string()
    .regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/)
    .nullable(),
  linkUp: z.boolean(),
  sharedFolders: z.array(sharedFolder).max(16),
  display: z.enum(['none', 'std', 'virtio']),
  serialPorts: z.int().min(1).max(4),
});
export type VmHardware = z.infer<typeof vmHardware>;

/** A PC's SATA has six ports: the other two are for discs. */
export const MOST_SATA_DISKS = 4;

/** Below this no kernel of today comes up. */
export const LEAST_VM_MEMORY_BYTES = 64 * MIB;

/** What a machine of kind `vm` has besides what all machines have. */
export const vmSummary = z.object({
  /** `workload`: an image's process under Catamaran's own kernel and init. `system`: an operating system of its own. */
  guest: z.enum(['workload', 'system']),
  architecture,
  /** Null until something ran it: Catamaran chooses for workloads. */
  machine: machineType.nullable(),
  /** Null: QEMU loads the kernel itself. */
  firmware: firmware.nullable(),
  /** What runs it (`kvm`, `hvf`, `tcg`…); null before that is known. */
  accelerator: z.string().nullable(),
  /** Its processor is not the host's kind: every instruction is translated. */
  foreign: z.boolean(),
  /** Whether it has a screen. */
  display: z.boolean(),
  autostart: z.boolean(),
  /** What a guest agent tells of its addresses; empty without one. Behind QEMU's own network the host cannot reach them. */
  addresses: z.array(z.string()),
  /** What was changed while it runs and counts from the next start on, as names of `vmHardware`'s fields, `cpus`, `memoryBytes`, `disks`. */
  atNextStart: z.array(z.string()),
});
export type VmSummary = z.infer<typeof vmSummary>;
