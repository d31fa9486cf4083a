import { z } from 'zod';
import { engineId, imageId, machineId, twinId } from './ids.ts';
import { problem } from './problem.ts';
import { vmSummary } from './virtual-machine.ts';

export const machineKind = z.enum(['container', 'vm']);
export type MachineKind = z.infer<typeof machineKind>;

/**
 * - `creating`: defined, its disk or its layers are still being made
 * - `starting`: asked to run, the workload has not been started yet
 * - `saving`: it runs, and its memory is being written to disk; it is suspended then
 * - `suspended`: its memory waits on disk; the next start goes on from there
 * - `failed`: it could not start, or it crashed; `problem` says why
 * - `stopped`: it ended; `exitCode` says how
 */
export const machineState = z.enum(['creating', 'starting', 'running', 'paused', 'saving', 'stopping', 'stopped', 'suspended', 'failed']);
export type MachineState = z.infer<typeof machineState>;

/** Whether there is something to measure and to look into. */
export function hasProcesses(state: MachineState): boolean {
  return state === 'running' || state === 'paused' || state === 'saving';
}

export const machineAction = z.enum(['start', 'stop', 'restart', 'pause', 'resume', 'suspend', 'discard', 'reset', 'kill', 'remove']);
export type MachineAction = z.infer<typeof machineAction>;

/**
 * `shell`: a new shell each time. `attach`: the workload's own terminal. `console`: the VM's console, one for all viewers; of a
 * system it is its first serial port, and `serial2` and so on are the others.
 */
export const terminalKind = z.enum(['shell', 'attach', 'console', 'serial2', 'serial3', 'serial4']);
export type TerminalKind = z.infer<typeof terminalKind>;

/** Serial ports of a system in their order. */
export const SERIAL_KINDS: readonly TerminalKind[] = ['console', 'serial2', 'serial3', 'serial4'];

export const portForward = z.object({
  protocol: z.enum(['tcp', 'udp']),
  hostAddress: z.string(),
  hostPort: z.int().min(1).max(65535),
  machinePort: z.int().min(1).max(65535),
});
export type PortForward = z.infer<typeof portForward>;

/** What the engine does when the workload ends by itself, or the engine starts again. */
export const restartPolicy = z.object({
  name: z.enum(['no', 'on-failure', 'always', 'unless-stopped']),
  /** For `on-failure`; 0 is without end. */
  maximumRetries: z.int().min(0),
});
export type RestartPolicy = z.infer<typeof restartPolicy>;

/** What the health check last said; `starting` until its first answer counts. */
export const health = z.enum(['starting', 'healthy', 'unhealthy']);
export type Health = z.infer<typeof health>;

/** What is put into a container's filesystem from elsewhere. `source`: the volume's name, the host's path, or empty for a tmpfs. */
export const mount = z.object({
  type: z.enum(['volume', 'bind', 'tmpfs', 'other']),
  source: z.string(),
  destination: z.string(),
  writable: z.boolean(),
});
export type Mount = z.infer<typeof mount>;

/** A container's place on a network of its engine; without an address while it does not run. */
export const networkPlace = z.object({
  network: z.string(),
  address: z.string().nullable(),
  aliases: z.array(z.string()),
});
export type NetworkPlace = z.infer<typeof networkPlace>;

/** `null` is "no limit set". */
export const limits = z.object({
  cpus: z.number().positive().nullable(),
  memoryBytes: z.int().positive().nullable(),
  processes: z.int().positive().nullable(),
});
export type Limits = z.infer<typeof limits>;

/**
 * `boot`: its own kernel was started. `clone`: it went on from a guest whose kernel was up already. `warm`: it went on from a guest in
 * which its workload ran already; its entrypoint was not run anew.
 */
export const startWay = z.enum(['boot', 'clone', 'warm']);
export type StartWay = z.infer<typeof startWay>;

/** `restore`: it went on from its own memory, which had been kept. */
export const wayStarted = z.enum([...startWay.options, 'restore']);
export type WayStarted = z.infer<typeof wayStarted>;

/** How long the last start took, counted from the moment the backend took the request. */
export const startTiming = z.object({
  requestedAtMs: z.number(),
  /** Of it, what went into making its disk (a virtual machine's first run of an image); 0 when nothing had to be made. */
  preparationMs: z.number(),
  runningMs: z.number().nullable(),
  /** To the first byte that the workload wrote; null while it has written none. */
  firstOutputMs: z.number().nullable(),
});
export type StartTiming = z.infer<typeof startTiming>;

/** A container or a virtual machine. Times are milliseconds since 1970. */
export const machine = z.object({
  id: machineId,
  kind: machineKind,
  engineId,
  name: z.string(),
  state: machineState,
  problem: problem.nullable(),
  exitCode: z.int().nullable(),
  /** The image it was made from, as its name was given; `id` is null when no engine has it (any more), as of a system's disk or disc. */
  image: z.object({ id: imageId.nullable(), name: z.string() }).nullable(),
  createdAtMs: z.number().nullable(),
  startedAtMs: z.number().nullable(),
  startTiming: startTiming.nullable(),
  /** How the last start was made; null for containers, whose kernel runs already, and before the first one. */
  startWay: wayStarted.nullable(),
  /** What its state allows now; the UI draws its buttons from this. */
  actions: z.array(machineAction),
  terminals: z.array(terminalKind),
  ports: z.array(portForward),
  limits,
  /** The engine's labels of it; empty for virtual machines. */
  labels: z.record(z.string(), z.string()),
  /** Null without a health check, or while it does not run. */
  health: health.nullable(),
  /** Null where there is no such policy (virtual machines). */
  restartPolicy: restartPolicy.nullable(),
  mounts: z.array(mount),
  networks: z.array(networkPlace),
  /** Release of the Linux kernel it runs on (`uname -r`): the host's for a container, its own for a VM; null when not known. */
  kernelRelease: z.string().nullable(),
  twinId: twinId.nullable(),
  /** Null for containers, and while its definition cannot be read. */
  vm: vmSummary.nullable(),
  /** Fraction 0…1 while `creating`. */
  progress: z.number().min(0).max(1).nullable(),
});
export type Machine = z.infer<typeof machine>;

/** One fact of the typed Inspect tab. `label` is a key of the renderer's catalogue. */
export const fact = z.object({
  group: z.enum(['general', 'process', 'resources', 'network', 'storage', 'isolation', 'runtime']),
  label: z.string(),
  value: z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]),
  unit: z.enum(['bytes', 'ms', 'time', 'count', 'cores']).optional(),
});
export type Fact = z.infer<typeof fact>;

export const machineDetails = z.object({
  facts: z.array(fact),
  /** What the engine itself says, as it says it; secrets in the environment are masked by the renderer, not here. */
  raw: z.unknown(),
});
export type MachineDetails = z.infer<typeof machineDetails>;

/** `boot` is the guest kernel's own console. */
export const logStream = z.enum(['stdout', 'stderr', 'boot']);
export type LogStream = z.infer<typeof logStream>;

export const logLine = z.object({
  /** Null when the source keeps no times. */
  timeMs: z.number().nullable(),
  stream: logStream,
  /** Without a line's end. */
  text: z.string(),
});
export type LogLine = z.infer<typeof logLine>;

/** One image run as a machine. Times, ports and limits not given are the image's or the engine's own. */
export const runRequest = z.object({
  imageId,
  as: machineKind,
  /** Both halves of a twin carry the same id. */
  twinId: twinId.optional(),
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/)
    .optional(),
  /** Forward these; otherwise every port that the image exposes gets a free one on 127.0.0.1. */
  ports: z.array(portForward).optional(),
  limits: limits.partial().optional(),
  /** Replaces the image's command (its entrypoint stays). */
  command: z.array(z.string()).min(1).optional(),
  /** How a virtual machine is to start where it can; otherwise as the settings say. */
  startWay: startWay.optional(),
  env: z.record(z.string(), z.string()).optional(),
});
export type RunRequest = z.infer<typeof runRequest>;
