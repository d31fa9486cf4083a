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
