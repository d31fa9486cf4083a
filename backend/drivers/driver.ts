import type {
  Engine,
  EngineId,
  Image,
  ImageId,
  LogLine,
  Machine,
  MachineAction,
  MachineDetails,
  MachineId,
  TerminalKind,
  TerminalSize,
} from '../contract/index.ts';
import type { Host } from '../hosts/host.ts';
import type { BinFacet } from './bin.ts';
import type { BuildsFacet } from './builds.ts';
import type { OnBytes } from './byte-progress.ts';
import type { ContainersFacet } from './containers-facet.ts';

export type { ContainersFacet } from './containers-facet.ts';
export type { RunSpec, SystemSpec, VirtualMachinesFacet } from './virtual-machines.ts';

import type { ComposeFacet } from './compose.ts';
import type { CopiesFacet } from './copies.ts';
import type { DisksFacet } from './disks.ts';
import type { DisplaysFacet } from './displays.ts';
import type { EventsFacet, HealthFacet } from './events.ts';
import type { FilesFacet } from './files.ts';
import type { GuestFacet } from './guest.ts';
import type { HardwareFacet } from './hardware.ts';
import type { ImageEditing } from './images.ts';
import type { IsolationFacet } from './isolation.ts';
import type { LimitsFacet } from './limits.ts';
import type { NetworksFacet } from './networks.ts';
import type { PodsFacet } from './pods.ts';
import type { ProcessesFacet } from './processes.ts';
import type { RegistriesFacet } from './registries.ts';
import type { RestartFacet } from './restart.ts';
import type { SnapshotsFacet } from './snapshots.ts';
import type { VirtualMachinesFacet } from './virtual-machines.ts';
import type { VmTemplatesFacet } from './vm-templates.ts';
import type { VolumesFacet } from './volumes.ts';

/** What an engine has besides machines: listed as a whole, again at every change. */
export const LISTED = ['images', 'volumes', 'networks', 'pods'] as const;
export type ListedKind = (typeof LISTED)[number];

export type DriverEvent =
  | { type: 'machine'; machine: Machine }
  | { type: 'machineRemoved'; id: MachineId }
  /** The engine's own facts changed (version, accelerator, health). */
  | { type: 'engine'; engine: Engine }
  /** These changed; list them again. */
  | { type: ListedKind }
  /** Events may have been lost; list everything again. */
  | { type: 'resync' };

/**
 * One engine on one host. Small on purpose: what not every engine can do is an optional facet, and an absent facet is an
 * absent property, never a method that throws. Ids that come in are the driver's own machines' or images'.
 * Errors are AppErrors; foreign ones are translated in the driver's `errors.ts`.
 */
export interface Driver extends AsyncDisposable {
  readonly engineId: EngineId;
  readonly host: Host;
  engine(): Engine;
  list(signal: AbortSignal): Promise<Machine[]>;
  /**
   * Live events, from the moment of the call, until the signal aborts. Throws `unreachable` when the engine goes away.
   * A machine event carries the whole machine.
   */
  watch(signal: AbortSignal): AsyncIterable<DriverEvent>;
  inspect(id: MachineId, signal: AbortSignal): Promise<MachineDetails>;
  /**
   * Returns when the action is done: after `start` it runs, after `stop` it has ended. `force` lets `remove` end a running one.
   * Aborted, `suspend` and the start of a suspended machine leave it as it was. `onProgress` hears how much of its memory they moved.
   */
  act(id: MachineId, action: MachineAction, options: { force: boolean; onProgress?: OnBytes }, signal: AbortSignal): Promise<void>;

  readonly logs: LogsFacet;
  readonly metrics?: MetricsFacet;
  readonly terminals?: TerminalsFacet;
  readonly disks?: DisksFacet;
  readonly displays?: DisplaysFacet;
  readonly images?: ImagesFacet;
  readonly registries?: RegistriesFacet;
  readonly builds?: BuildsFacet;
  readonly files?: FilesFacet;
  readonly volumes?: VolumesFacet;
  readonly networks?: NetworksFacet;
  readonly pods?: PodsFacet;
  readonly containers?: ContainersFacet;
  readonly virtualMachines?: VirtualMachinesFacet;
  readonly vmTemplates?: VmTemplatesFacet;
  readonly snapshots?: SnapshotsFacet;
  readonly hardware?: HardwareFacet;
  readonly copies?: CopiesFacet;
  readonly bin?: BinFacet;
  readonly compose?: ComposeFacet;
  readonly isolation?: IsolationFacet;
  readonly limits?: LimitsFacet;
  readonly restart?: RestartFacet;
  readonly processes?: ProcessesFacet;
  readonly guest?: GuestFacet;
  readonly events?: EventsFacet;
  readonly health?: HealthFacet;
}

export interface LogOptions {
  follow: boolean;
  /** The newest lines; null is all there are. In a range: of the lines up to now, those of them that are in it. */
  tail: number | null;
  /** Milliseconds since 1970, both included. Lines without a time are in no range. */
  sinceMs?: number | null;
  untilMs?: number | null;
}

export interface LogsFacet {
  /** Oldest first. Ends when the log ends (not `follow`), or when the machine does. */
  read(id: MachineId, options: LogOptions, signal: AbortSignal): AsyncIterable<LogLine[]>;
  /**
   * Arms before a start: `seen` resolves with the monotonic time (ms, performance.now) at which the workload's first byte
   * of the coming run arrived, or with null when the run ended without one. Resolves once armed.
   */
  firstOutput(id: MachineId, signal: AbortSignal): Promise<{ seen: Promise<number | null> }>;
}

/** Cumulative counters and gauges; NaN where not measured. */
export interface Counters {
  guestMemoryBytes: number;
  diskReadBytes: number;
  diskWriteBytes: number;
  netReceiveBytes: number;
  netSendBytes: number;
  processes: number;
}

/**
 * Where a machine's numbers are: the metrics room reads them, the driver only tells.
 * - `cgroup`: the control groups and the network namespace of `pid` on the driver's host
 * - `process`: `pid` is the hypervisor; `read` adds what only it and the guest know
 */
export type MetricsSource =
  | { type: 'cgroup'; pid: number }
  | { type: 'process'; pid: number; read(signal: AbortSignal): Promise<Counters> };

export interface MetricsFacet {
  /** Null when the machine does not run. Valid until the machine ends. */
  source(id: MachineId, signal: AbortSignal): Promise<MetricsSource | null>;
}

/** Bytes as they are; never decoded in the backend. Not reading `output` pauses the source. */
export interface ByteChannel extends AsyncDisposable {
  readonly output: AsyncIterable<Uint8Array>;
  /** What was put out before the channel opened and can still be shown (a console's log), oldest first. */
  readonly backlog: Uint8Array | null;
  /** Resolves at the end: the exit code, or null when there is none to know. */
  readonly exited: Promise<number | null>;
  write(bytes: Uint8Array): void;
  resize(size: TerminalSize): void;
}

export interface TerminalsFacet {
  /** @throws AppError `noShell`, `machineWrongState` */
  open(id: MachineId, kind: TerminalKind, size: TerminalSize, signal: AbortSignal): Promise<ByteChannel>;
}

/** What an image says of the process it runs (OCI image config). */
export interface ImageProcess {
  entrypoint: string[];
  command: string[];
  /** `KEY=value` */
  env: string[];
  workingDir: string;
  /** `name|uid[:group|gid]`, empty for root */
  user: string;
  exposedPorts: { protocol: 'tcp' | 'udp'; port: number }[];
  stopSignal: string | null;
  /** Folders that are to be there. */
  volumes: string[];
}

export interface ImagesFacet extends ImageEditing {
  list(signal: AbortSignal): Promise<Image[]>;
  remove(id: ImageId, signal: AbortSignal): Promise<void>;
  process(id: ImageId, signal: AbortSignal): Promise<ImageProcess>;
  /** The image's whole filesystem as one tar stream. */
  exportFilesystem(id: ImageId, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Loads an OCI or docker-save archive; returns the id of its image. */
  load(archive: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<ImageId>;
}

/** Labels that carry what Catamaran knows of a machine or an image. */
export const LABELS = { twin: 'catamaran.twin', starter: 'catamaran.starter', image: 'catamaran.image' } as const;

/** An engine that was found and can be tried; finding costs little and is repeated. */
export interface EngineCandidate {
  engineId: EngineId;
  /** Shown while, and when, the engine does not answer. */
  engine: Engine;
  /** @throws AppError when it does not answer */
  connect(signal: AbortSignal): Promise<Driver>;
}

/** Finds the engines of one kind on a host. */
export interface EngineFinder {
  find(host: Host, signal: AbortSignal): Promise<EngineCandidate[]>;
}
