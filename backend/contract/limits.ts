import { z } from 'zod';
import { limits } from './machine.ts';

/** The least memory that engines take as a limit. */
export const LEAST_MEMORY_BYTES = 6 * 1024 * 1024;
/** The smallest part of a processor that engines take as a limit. */
export const LEAST_CPUS = 0.01;

/** What a machine may use, as far as that can be changed while it runs. Null is "no limit set", and for weights the usual one. */
export const liveLimits = limits.extend({
  /** Swap besides its memory; null is as much as there is. */
  swapBytes: z.int().min(0).nullable(),
  /** Its part of the processor when all want more than there is; 1024 is usual. */
  cpuShares: z.int().min(2).max(262_144).nullable(),
  /** Its part of the disks' time; 10 to 1000. */
  ioWeight: z.int().min(10).max(1000).nullable(),
});
export type LiveLimits = z.infer<typeof liveLimits>;

/** What is given is changed, all of it or nothing. */
export const limitsChange = z.object({
  cpus: limits.shape.cpus.optional(),
  memoryBytes: limits.shape.memoryBytes.optional(),
  processes: limits.shape.processes.optional(),
  swapBytes: z.int().min(0).optional(),
  cpuShares: z.int().min(2).max(262_144).optional(),
  ioWeight: z.int().min(10).max(1000).optional(),
});
export type LimitsChange = z.infer<typeof limitsChange>;

/** Limits that an engine can take off again while the machine runs. */
export const removableLimit = z.enum(['cpus', 'memoryBytes', 'processes']);
export type RemovableLimit = z.infer<typeof removableLimit>;

export const limitsReport = z.object({
  limits: liveLimits,
  /** What counts against them now; null where it cannot be read. `memoryBytes` is what must fit: the page cache is not in it. */
  use: z.object({ memoryBytes: z.number().nullable(), processes: z.number().nullable() }),
  /** All that the engine's host has. */
  host: z.object({ cpus: z.number(), memoryBytes: z.number() }),
  removable: z.array(removableLimit),
  /** Whether this kernel keeps count of swap, and has weights for disks. */
  countsSwap: z.boolean(),
  weighsIo: z.boolean(),
  /** False where the engine forgets changes when the machine ends. */
  kept: z.boolean(),
});
export type LimitsReport = z.infer<typeof limitsReport>;

/**
 * What becomes of machines with a restart policy when the host starts again:
 * - `engine`: the engine starts with the host, and starts them
 * - `engineOnDemand`: it starts when something asks it first, and then starts them
 * - `engineDisabled`: it does not start with the host; `service` would have to be enabled
 * - `podmanRestart`: Podman’s own service starts those with the policy "always"
 * - `podmanRestartDisabled`: that service is not enabled
 * - `embedded`: the engine starts with Catamaran, and then starts nothing by itself
 * - `unknown`: no service manager says anything of it
 */
export const afterReboot = z.object({
  what: z.enum(['engine', 'engineOnDemand', 'engineDisabled', 'podmanRestart', 'podmanRestartDisabled', 'embedded', 'unknown']),
  service: z.string().nullable(),
});
export type AfterReboot = z.infer<typeof afterReboot>;

export const restartReport = z.object({ canChange: z.boolean(), afterReboot });
export type RestartReport = z.infer<typeof restartReport>;
