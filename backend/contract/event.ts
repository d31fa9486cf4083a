import { z } from 'zod';
import { health } from './machine.ts';

/**
 * What can happen to a machine. `detail` is: of `execStarted` the command, of `signalled` the signal's number or name, of
 * `renamed` the name before, of the network events the network, of `failed` the reason.
 */
export const machineEventKind = z.enum([
  'created',
  'started',
  'ready',
  'ended',
  'failed',
  'outOfMemory',
  'signalled',
  'paused',
  'resumed',
  'renamed',
  'limitsChanged',
  'healthy',
  'unhealthy',
  'execStarted',
  'networkConnected',
  'networkDisconnected',
  'committed',
]);
export type MachineEventKind = z.infer<typeof machineEventKind>;

export const machineEvent = z.object({
  timeMs: z.number(),
  kind: machineEventKind,
  /** Of `ended`. */
  exitCode: z.int().nullable(),
  detail: z.string().nullable(),
});
export type MachineEvent = z.infer<typeof machineEvent>;

/** One run of the health check. */
export const healthOutput = z.object({
  startedAtMs: z.number().nullable(),
  endedAtMs: z.number().nullable(),
  exitCode: z.int(),
  output: z.string(),
});
export type HealthOutput = z.infer<typeof healthOutput>;

export const healthReport = z.object({
  status: health,
  failingStreak: z.int(),
  command: z.array(z.string()),
  intervalMs: z.number().nullable(),
  timeoutMs: z.number().nullable(),
  retries: z.int().nullable(),
  /** The engine keeps the last few; newest first. */
  outputs: z.array(healthOutput),
});
export type HealthReport = z.infer<typeof healthReport>;
