import { z } from 'zod';
import { engineId, hostId } from './ids.ts';
import { machineKind } from './machine.ts';
import { problem } from './problem.ts';

/** A computer that Catamaran reaches. */
export const host = z.object({
  id: hostId,
  name: z.string(),
  osName: z.string(),
  kernelRelease: z.string(),
  architecture: z.string(),
  cpus: z.int().positive(),
  memoryBytes: z.number(),
});
export type Host = z.infer<typeof host>;

export const engineHealth = z.object({
  status: z.enum(['connecting', 'healthy', 'unreachable']),
  problem: problem.nullable(),
});
export type EngineHealth = z.infer<typeof engineHealth>;

/** Parts of the driver interface that not every engine has. */
export const engineFacet = z.enum([
  'images',
  'registries',
  'builds',
  'volumes',
  'networks',
  'pods',
  'containers',
  'virtualMachines',
  'vmTemplates',
  'snapshots',
  'hardware',
  'copies',
  'bin',
  'terminals',
  'disks',
  'displays',
  'isolation',
  'limits',
  'restart',
  'files',
  'compose',
  'processes',
  'guest',
  'events',
  'health',
]);
export type EngineFacet = z.infer<typeof engineFacet>;

/** What gives machines: a container engine, or QEMU. */
export const engine = z.object({
  id: engineId,
  hostId,
  /** The product, for its name and icon; nothing else is decided by it. */
  product: z.enum(['docker', 'podman', 'qemu']),
  name: z.string(),
  machineKind,
  version: z.string().nullable(),
  /** Socket path or binary. */
  endpoint: z.string(),
  /** Started by Catamaran itself, with its own storage. */
  embedded: z.boolean(),
  rootless: z.boolean().nullable(),
  health: engineHealth,
  /** What it can do besides listing machines; empty while it does not answer. The UI draws from this, and not from the product. */
  facets: z.array(engineFacet),
  /** For virtual machines: what runs them, and why that one; null before the trial has ended. */
  accelerator: z
    .object({
      name: z.string(),
      /** Every accelerator that was tried, with the time its trial guest took; null milliseconds: it did not work. */
      trials: z.array(z.object({ name: z.string(), ms: z.number().nullable(), note: z.string().nullable() })),
    })
    .nullable(),
});
export type Engine = z.infer<typeof engine>;
