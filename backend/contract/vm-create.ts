import { z } from 'zod';
import { cloudInit } from './cloud-init.ts';
import { guestImageId } from './guest-image.ts';
import { engineId } from './ids.ts';
import { portForward } from './machine.ts';
import { problem } from './problem.ts';
import { architecture, LEAST_VM_MEMORY_BYTES, vmDisk, vmHardware } from './virtual-machine.ts';

/** What a new disk has on it. */
export const diskSource = z.discriminatedUnion('type', [
  z.object({ type: z.literal('blank') }),
  /** Of the library. */
  z.object({ type: z.literal('image'), imageId: guestImageId }),
  /** Of the catalogue; it is downloaded into the library first, unless it is there. */
  z.object({ type: z.literal('catalogue'), entryId: guestImageId }),
  /** A disk's file on the app's computer, of any format that the library takes; it comes into the library first. */
  z.object({ type: z.literal('file'), path: z.string().startsWith('/').max(4096) }),
]);
export type DiskSource = z.infer<typeof diskSource>;

export const newVmDisk = z.object({
  source: diskSource,
  bus: vmDisk.shape.bus,
  /** What the guest sees of it; one that is made of an image is never smaller than that. */
  sizeBytes: z.int().positive(),
});
export type NewVmDisk = z.infer<typeof newVmDisk>;

export const vmName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/);

export const createVmRequest = z.object({
  engineId,
  name: vmName,
  cpus: z.int().min(1).max(64),
  memoryBytes: z.int().min(LEAST_VM_MEMORY_BYTES),
  hardware: vmHardware,
  /** For a user network. */
  ports: z.array(portForward).max(64),
  /** The first is what the machine boots from; without any it boots from its disc, or from the network. */
  disks: z.array(newVmDisk).max(8),
  cloudInit: cloudInit.nullable(),
  autostart: z.boolean(),
  start: z.boolean(),
});
export type CreateVmRequest = z.infer<typeof createVmRequest>;

/** Null: it works on this host. Else why not, and what to do. */
const ability = problem.nullable();

/** A network device of the host that machines could be connected to. */
const hostDevice = z.object({ name: z.string(), ability });

/** What the host of an engine can do for machines with an operating system of their own. */
export const vmAbilities = z.object({
  hostCpus: z.int().positive(),
  hostMemoryBytes: z.number(),
  /** The host's own; guests of the other are emulated. Null: QEMU runs it, but Catamaran knows no machines of it. */
  native: architecture.nullable(),
  architectures: z.object({ x86_64: ability, aarch64: ability }),
  uefi: z.object({ x86_64: ability, aarch64: ability }),
  /** A system of its own on microvm. */
  microvm: ability,
  tpm: ability,
  bridges: z.array(hostDevice),
  taps: z.array(hostDevice),
  /** How a guest gets a folder that it may write to. */
  sharing: z.enum(['virtiofs', '9p']),
});
export type VmAbilities = z.infer<typeof vmAbilities>;
