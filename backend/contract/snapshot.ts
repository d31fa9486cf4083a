import { z } from 'zod';
import { machineId } from './ids.ts';
import { portForward } from './machine.ts';
import { vmDisk, vmHardware } from './virtual-machine.ts';

export const snapshotId = z
  .string()
  .regex(/^[0-9a-f]{12}$/)
  .brand('SnapshotId');
export type SnapshotId = z.infer<typeof snapshotId>;

export const snapshotName = z.string().trim().min(1).max(100);
export const snapshotDescription = z.string().max(2000);

/** What of a machine's definition comes back with a revert. */
export const snapshotSettings = z.object({
  cpus: z.int(),
  memoryBytes: z.int(),
  disks: z.array(vmDisk),
  ports: z.array(portForward),
  /** Null for workloads. */
  hardware: vmHardware.nullable(),
});
export type SnapshotSettings = z.infer<typeof snapshotSettings>;

/** One moment of a machine. Bytes are what its own files take on the host's disk. */
export const snapshot = z.object({
  id: snapshotId,
  /** What it was taken on; null: it stands at the root. */
  parentId: snapshotId.nullable(),
  name: z.string(),
  description: z.string(),
  takenAtMs: z.number(),
  /** Taken by the schedule, which may also delete it. */
  automatic: z.boolean(),
  /** What was written between its parent and it. */
  disksBytes: z.number(),
  /** Null: disks only. */
  memoryBytes: z.number().nullable(),
  settings: snapshotSettings,
});
export type Snapshot = z.infer<typeof snapshot>;

const minuteOfDay = z.int().min(0).max(1439);

/** Times are the host's local ones. */
export const snapshotInterval = z.discriminatedUnion('unit', [
  z.object({ unit: z.literal('hours'), count: z.int().min(1).max(168) }),
  z.object({ unit: z.literal('daily'), minute: minuteOfDay }),
  /** 0 is Sunday. */
  z.object({ unit: z.literal('weekly'), weekday: z.int().min(0).max(6), minute: minuteOfDay }),
]);
export type SnapshotInterval = z.infer<typeof snapshotInterval>;

/** Snapshots that are taken while the app runs. Only these are deleted again, the oldest first. */
export const snapshotSchedule = z.object({
  every: snapshotInterval,
  keep: z.int().min(1).max(100),
  /** Of a machine that runs. */
  withMemory: z.boolean(),
});
export type SnapshotSchedule = z.infer<typeof snapshotSchedule>;

export const snapshotTree = z.object({
  /** Oldest first. */
  snapshots: z.array(snapshot),
  /** Where the machine is now. */
  current: z.object({
    parentId: snapshotId.nullable(),
    /** What was written since its parent, or in all. */
    disksBytes: z.number(),
    /** Memory that waits for the next start; null: none. */
    memoryBytes: z.number().nullable(),
    settings: snapshotSettings,
  }),
  schedule: snapshotSchedule.nullable(),
  /** When the schedule takes the next one; null without a schedule. */
  nextAtMs: z.number().nullable(),
});
export type SnapshotTree = z.infer<typeof snapshotTree>;

/** What deleting a snapshot would do. */
export const snapshotDeletion = z.object({
  /** That come free; what is copied into the files above is taken off. */
  freedBytes: z.number(),
  /** That are copied for it. */
  copiedBytes: z.number(),
  /** Branches that go on from it and stay; with more than one its disks stay too, as long as both need them. */
  children: z.int(),
});
export type SnapshotDeletion = z.infer<typeof snapshotDeletion>;

export const takeSnapshotRequest = z.object({
  id: machineId,
  name: snapshotName,
  description: snapshotDescription,
  /** Of a machine that runs; one that is suspended keeps its memory in any case. */
  withMemory: z.boolean(),
});
export type TakeSnapshotRequest = z.infer<typeof takeSnapshotRequest>;

export const revertRequest = z.object({
  id: machineId,
  snapshotId,
  /** The snapshot that is taken of what would be lost; null: none. */
  keepAs: snapshotName.nullable(),
  /** Whether the machine is started then. */
  start: z.boolean(),
});
export type RevertRequest = z.infer<typeof revertRequest>;
