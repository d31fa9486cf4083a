import { z } from 'zod';
import { machineId } from './ids.ts';
import { problem } from './problem.ts';
import { transferId } from './transfer.ts';
import { deviceId, diskFormat, vmDisk } from './virtual-machine.ts';

/** What a disk can be taken away as: QEMU's own, every program's, VMware's, Hyper-V's, VirtualBox's. */
export const exportFormat = z.enum(['qcow2', 'raw', 'vmdk', 'vhdx', 'vdi']);
export type ExportFormat = z.infer<typeof exportFormat>;

/** One file of a disk's chain. */
export const diskLayer = z.object({
  path: z.string(),
  format: z.string(),
  /** What a guest sees of it. */
  virtualBytes: z.number(),
  /** What its file takes on the host, in allocated blocks. */
  allocatedBytes: z.number(),
  /** Names of the other machines that are built upon it. */
  sharedWith: z.array(z.string()),
});
export type DiskLayer = z.infer<typeof diskLayer>;

export const diskAction = z.enum(['grow', 'compact', 'check', 'repair', 'convert', 'flatten', 'export', 'detach']);
export type DiskAction = z.infer<typeof diskAction>;

export const machineDisk = z.object({
  ...vmDisk.shape,
  /** It holds what the machine starts from. */
  isRoot: z.boolean(),
  /** It can be taken out while the machine runs; else the guest has it until it is shut down. */
  hotPluggable: z.boolean(),
  /** Its own file first, then what it is built upon; empty when it cannot be read. */
  chain: z.array(diskLayer),
  /** Why its file cannot be read. */
  problem: problem.nullable(),
  /** What its file was before it was repaired, until somebody decides which one stays. */
  unrepaired: z.object({ allocatedBytes: z.number() }).nullable(),
  /** Why an action is not possible now; what is not named is. */
  refusals: z.partialRecord(diskAction, problem),
});
export type MachineDisk = z.infer<typeof machineDisk>;

/** A disk's file in the machine's folder that the machine does not have any more. */
export const detachedDisk = z.object({
  id: deviceId,
  file: z.string(),
  format: diskFormat,
  virtualBytes: z.number(),
  allocatedBytes: z.number(),
});
export type DetachedDisk = z.infer<typeof detachedDisk>;

export const machineDisks = z.object({
  disks: z.array(machineDisk),
  detached: z.array(detachedDisk),
  /** Where the files are, and what is free there. */
  folder: z.string(),
  freeBytes: z.number().nullable(),
  /** Why no disk can be added; null when one can. */
  addRefusal: problem.nullable(),
});
export type MachineDisks = z.infer<typeof machineDisks>;

export const diskRef = z.object({ machineId, diskId: deviceId });

/** A disk of at most 64 TiB: what ext4 and XFS of today are made for. */
const sizeBytes = z
  .int()
  .min(1024 * 1024)
  .max(64 * 1024 ** 4);

export const growDiskRequest = z.object({ ...diskRef.shape, sizeBytes });

/** Whether the filesystem in it became larger too: by itself, when the machine starts, or only by hand in the guest. */
export const growReport = z.object({ filesystem: z.enum(['grown', 'atStart', 'byHand']) });
export type GrowReport = z.infer<typeof growReport>;

/** In allocated blocks of the disk's own file. */
export const compactReport = z.object({ beforeBytes: z.number(), afterBytes: z.number() });
export type CompactReport = z.infer<typeof compactReport>;

export const checkReport = z.object({
  /** Room that is taken and that nothing uses; the content is whole. */
  leaks: z.int(),
  /** The disk's tables contradict themselves: content may be wrong. */
  corruptions: z.int(),
  /** What could not be read. */
  errors: z.int(),
});
export type CheckReport = z.infer<typeof checkReport>;

export const repairReport = z.object({ before: checkReport, after: checkReport });
export type RepairReport = z.infer<typeof repairReport>;

export const settleRepairRequest = z.object({ ...diskRef.shape, keep: z.enum(['repaired', 'unrepaired']) });
export const convertDiskRequest = z.object({ ...diskRef.shape, format: diskFormat });
export const exportDiskRequest = z.object({ ...diskRef.shape, format: exportFormat, compressed: z.boolean(), transferId });

export const addDiskRequest = z.object({
  machineId,
  from: z.discriminatedUnion('type', [
    z.object({ type: z.literal('blank'), sizeBytes }),
    /** A disk's file on the engine's host, or one that the page sends: a copy of it, of any format that the library of images takes. */
    z.object({ type: z.literal('file'), path: z.string().startsWith('/').max(4096) }),
    z.object({ type: z.literal('page'), transferId, fileName: z.string().max(1024), sizeBytes: z.number().min(0) }),
    z.object({ type: z.literal('detached'), file: z.string() }),
  ]),
});
export type AddDiskRequest = z.infer<typeof addDiskRequest>;

/** `now`: the guest sees it already. */
export const diskChange = z.object({ takesEffect: z.enum(['now', 'atStart']) });
export type DiskChange = z.infer<typeof diskChange>;
