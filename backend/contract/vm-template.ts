import { z } from 'zod';
import { engineId } from './ids.ts';

/** `generic`: its kernel is up, and it is any image's. `warm`: an image's workload runs in it already. */
export const templateKind = z.enum(['generic', 'warm']);

/** A guest that was kept for clones to go on from. */
export const vmTemplate = z.object({
  engineId,
  key: z.string().regex(/^[0-9a-f]{6,64}$/),
  kind: templateKind,
  /** Of a warm one. */
  image: z.string().nullable(),
  cpus: z.int(),
  memoryBytes: z.number(),
  diskBytes: z.number(),
  /** What it takes on the host's disk. */
  sizeBytes: z.number(),
  madeAtMs: z.number(),
  /** How long its making took, once, in the background. */
  buildMs: z.number(),
  usedAtMs: z.number(),
  /** Names of the machines that went on from it and run. */
  machines: z.array(z.string()),
});
export type VmTemplate = z.infer<typeof vmTemplate>;
