import { z } from 'zod';
import { machineId } from './ids.ts';

/** One process of a machine, as the host's kernel tells it. */
export const machineProcess = z.object({
  /** Its number on the host. */
  hostPid: z.int().positive(),
  /** Its number inside the machine; null on kernels that do not tell. */
  pid: z.int().positive().nullable(),
  /** The parent's number on the host; null when the parent is not one of the machine's. */
  parentHostPid: z.int().positive().nullable(),
  /** Clock ticks from the host's start to the process's: with `hostPid` it names one process for good. */
  startTicks: z.string().regex(/^\d+$/),
  ageMs: z.number(),
  name: z.string(),
  /** Its arguments, with blanks between; the name in brackets where there are none. */
  command: z.string(),
  /** Its user inside the machine: `root`, or a number. */
  user: z.string(),
  /** As ps writes it: R running, S sleeping, D waiting for a device, T stopped, Z ended and not yet collected… */
  state: z.string().length(1),
  threads: z.int(),
  cpuMs: z.number(),
  /** Resident memory; shared pages are counted with each that has them. */
  memoryBytes: z.number(),
});
export type MachineProcess = z.infer<typeof machineProcess>;

export const machineProcesses = z.object({
  processes: z.array(machineProcess),
  /** There are so many more, which are not listed. */
  more: z.int().min(0),
  readAtMs: z.number(),
});
export type MachineProcesses = z.infer<typeof machineProcesses>;

export const processSignal = z.enum(['TERM', 'KILL', 'INT', 'HUP', 'QUIT', 'STOP', 'CONT', 'USR1', 'USR2']);
export type ProcessSignal = z.infer<typeof processSignal>;

export const signalRequest = z.object({
  id: machineId,
  hostPid: z.int().positive(),
  startTicks: z.string().regex(/^\d+$/),
  signal: processSignal,
});
export type SignalRequest = z.infer<typeof signalRequest>;
