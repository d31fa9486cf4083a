import { z } from 'zod';
import { engineId, volumeId } from './ids.ts';

/** A named volume of a container engine. Its size is not here: only a walk of its files tells it. */
export const volume = z.object({
  id: volumeId,
  engineId,
  name: z.string(),
  driver: z.string(),
  /** Where the engine keeps it, as the engine's host sees it; empty when the driver does not say. */
  mountpoint: z.string(),
  createdAtMs: z.number().nullable(),
  labels: z.record(z.string(), z.string()),
  options: z.record(z.string(), z.string()),
});
export type Volume = z.infer<typeof volume>;

/** As both engines take it. */
export const volumeName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,200}$/);

const words = z.record(z.string().min(1).max(500), z.string().max(5000));

export const volumeRequest = z.object({
  engineId,
  name: volumeName,
  driver: z.string().min(1).max(200),
  /** The driver's own, such as `type`, `device` and `o` of `local`. */
  options: words,
  labels: words,
});
export type VolumeRequest = z.infer<typeof volumeRequest>;

/** Null where the engine does not know. */
export const volumeSize = z.object({ id: volumeId, sizeBytes: z.number().nullable() });
