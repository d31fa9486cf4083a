import { z } from 'zod';
import { machineId } from './ids.ts';
import { logStream } from './machine.ts';
import { problem } from './problem.ts';
import { transferId } from './transfer.ts';

/** So many logs can be merged: each is a connection to its engine. */
export const MOST_LOGS = 100;

/** Milliseconds since 1970, both ends included; null is without end on that side. Lines without a time are in no range. */
export const logRange = z.object({ sinceMs: z.number().nullable(), untilMs: z.number().nullable() });
export type LogRange = z.infer<typeof logRange>;

const machines = z.array(machineId).min(1).max(MOST_LOGS);

export const logRequest = logRange.extend({
  ids: machines,
  /** Not with `untilMs`: what has an end is not followed. */
  follow: z.boolean(),
  /** The newest lines of each machine; null is all. */
  tail: z.int().min(0).max(10_000_000).nullable(),
});
export type LogRequest = z.infer<typeof logRequest>;

export const logSaveRequest = logRange.extend({ ids: machines, transferId });
export type LogSaveRequest = z.infer<typeof logSaveRequest>;

/**
 * Lines in columns: an object for each line costs more to carry than the line. `source` is the machine's place in the
 * request's `ids`.
 */
export const logLines = z.object({
  type: z.literal('lines'),
  /** The lines, with a newline between two. */
  text: z.string(),
  /** One for each line; null where the source keeps none. */
  timesMs: z.array(z.number().nullable()),
  /** Whose the lines are, in order: so many of one machine and one stream follow each other. */
  runs: z.array(z.object({ source: z.int().min(0), stream: logStream, lines: z.int().positive() })),
});
export type LogLines = z.infer<typeof logLines>;

/** `failed`: one of many logs cannot be read (on); the others go on. A single one fails its call. */
export const logEvent = z.discriminatedUnion('type', [logLines, z.object({ type: z.literal('failed'), source: z.int().min(0), problem })]);
export type LogEvent = z.infer<typeof logEvent>;
