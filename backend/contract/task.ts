import { z } from 'zod';
import { machineId, taskId } from './ids.ts';
import { problem } from './problem.ts';

/** What long work is about; a key of the renderer's catalogue, filled with `subject`. */
export const taskKind = z.enum([
  'runContainer',
  'createContainer',
  'recreateContainer',
  'runVm',
  'createVm',
  'pullImage',
  'saveImages',
  'loadImages',
  'importImage',
  'commitImage',
  'readLayers',
  'scanImage',
  'pushImage',
  'buildStarter',
  'buildImage',
  'startEngine',
  'tryAccelerators',
  'prepareKernel',
  'uploadFiles',
  'downloadFiles',
  'suspendVm',
  'restoreVm',
  'takeSnapshot',
  'revertSnapshot',
  'deleteSnapshot',
  'cloneVolume',
  'emptyVolume',
  'exportVolume',
  'importVolume',
  'cloneVm',
  'exportVm',
  'importVm',
  'act',
  'growDisk',
  'compactDisk',
  'checkDisk',
  'repairDisk',
  'convertDisk',
  'flattenDisk',
  'exportDisk',
  'addDisk',
  'detachDisk',
  'downloadGuestImage',
  'importGuestImage',
  'stackUp',
  'stackPull',
  'stackStart',
  'stackStop',
  'stackRestart',
  'stackScale',
  'stackDown',
]);
export type TaskKind = z.infer<typeof taskKind>;

/** One of many things that a task brings about side by side: a layer of a pull or a push. */
export const taskPart = z.object({
  id: z.string(),
  state: z.enum(['waiting', 'downloading', 'uploading', 'downloaded', 'extracting', 'present', 'done']),
  /** Null while it is not known. */
  doneBytes: z.number().nullable(),
  totalBytes: z.number().nullable(),
  bytesPerSecond: z.number().nullable(),
});
export type TaskPart = z.infer<typeof taskPart>;

export const task = z.object({
  id: taskId,
  kind: taskKind,
  /** Name of the image, machine or engine. */
  subject: z.string(),
  machineId: machineId.nullable(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  /** 0…1; null while it cannot be known. */
  progress: z.number().min(0).max(1).nullable(),
  /** What it does right now: the key of a step, and how much of it. */
  step: z.string().nullable(),
  doneBytes: z.number().nullable(),
  totalBytes: z.number().nullable(),
  bytesPerSecond: z.number().nullable(),
  /** In the order in which they became known; null for work without parts. */
  parts: z.array(taskPart).nullable(),
  startedAtMs: z.number(),
  endedAtMs: z.number().nullable(),
  problem: problem.nullable(),
  cancellable: z.boolean(),
});
export type Task = z.infer<typeof task>;
