import { z } from 'zod';
import { machineId, taskId } from './ids.ts';
import { problem } from './problem.ts';

/** What long work is about; a key of the renderer's catalogue, filled with `subject`. */
export const taskKind = z.enum([
  'runContainer',
  'runVm',
  'pullImage',
  'saveImages',
  'loadImages',
  'importImage',
  'commitImage',
  'readLayers',
  'buildStarter',
  'startEngine',
  'tryAccelerators',
  'prepareKernel',
  'act',
]);
export type TaskKind = z.infer<typeof taskKind>;

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
  startedAtMs: z.number(),
  endedAtMs: z.number().nullable(),
  problem: problem.nullable(),
  cancellable: z.boolean(),
});
export type Task = z.infer<typeof task>;
