import type { Duplex } from 'node:stream';
import type { Host as HostFacts, HostId } from '../contract/index.ts';

/** Arguments as an array, always: no shell ever sees them. */
export type Argv = readonly [command: string, ...args: string[]];

export interface ExecOptions {
  /** Written to standard input, which is then closed. */
  input?: Uint8Array | AsyncIterable<Uint8Array>;
  env?: Record<string, string>;
  cwd?: string;
  /** Highest number of bytes kept of each output; more is an error. Default 16 MiB. */
  maxBytes?: number;
}

export interface ExecResult {
  exitCode: number;
  stdout: Buffer;
  stderr: string;
}

/**
 * A process with open pipes, leader of its own process group. Disposing ends the group (SIGTERM, then SIGKILL) and waits
 * until the process is gone; a daemon that is to live on leaves the group with setsid.
 */
export interface HostProcess extends AsyncDisposable {
  readonly stdin: NodeJS.WritableStream;
  readonly stdout: NodeJS.ReadableStream;
  readonly stderr: NodeJS.ReadableStream;
  /** Resolves with the exit code, or 128 + the signal's number. */
  readonly exited: Promise<number>;
}

/** A process on a pseudo-terminal. Not reading `output` pauses it. Disposing hangs up (SIGHUP, then SIGKILL) and waits until it is gone. */
export interface HostPty extends AsyncDisposable {
  readonly output: AsyncIterable<Uint8Array>;
  readonly exited: Promise<number>;
  write(bytes: Uint8Array): void;
  resize(cols: number, rows: number): void;
}

export type DialTarget = { unixPath: string } | { address: string; port: number };

export interface WriteOptions {
  /** 0600 unless said. */
  mode?: number;
  /** False: not waited for until it is on disk, for what means nothing once the host has gone down. */
  durable?: boolean;
}

/**
 * A computer and how it is reached: this one, or one over SSH. Drivers speak to a Host and to nothing else, so all that
 * works locally works remotely. Every method throws AppError (`unreachable`, `authFailed`, `denied`, `notFound`,
 * `cancelled`, `noSpace`, `unsupported` for a missing command); every method that waits takes a signal last. The signal
 * covers the call and no more: what the call returns (a process, a pty, a connection) is ended by disposing of it, and at the
 * latest with the host.
 */
export interface Host extends AsyncDisposable {
  readonly id: HostId;
  /** Whether files, processes and sockets are this machine's own: probes then read /proc and cgroups in-process. */
  readonly isLocal: boolean;
  facts(signal: AbortSignal): Promise<HostFacts>;

  /** Runs a command to its end; an exit code other than 0 is a result, not an error. */
  exec(argv: Argv, options: ExecOptions, signal: AbortSignal): Promise<ExecResult>;
  spawn(argv: Argv, options: Pick<ExecOptions, 'env' | 'cwd'>, signal: AbortSignal): Promise<HostProcess>;
  openPty(
    argv: Argv,
    options: { cols: number; rows: number; env?: Record<string, string>; cwd?: string },
    signal: AbortSignal,
  ): Promise<HostPty>;
  /** A connection to a socket of the host. */
  dial(target: DialTarget, signal: AbortSignal): Promise<Duplex>;
  /** A TCP port on 127.0.0.1 of the host that is free now, at or above `from`. */
  freePort(from: number, signal: AbortSignal): Promise<number>;

  readFile(path: string, signal: AbortSignal): Promise<Buffer>;
  /** Whole or not at all: a temporary file beside it, then a rename. Makes missing folders (0700). */
  writeFile(path: string, content: Uint8Array | string, options: WriteOptions, signal: AbortSignal): Promise<void>;
  /** File names, or null when there is no such folder. */
  listFolder(path: string, signal: AbortSignal): Promise<string[] | null>;
  stat(
    path: string,
    signal: AbortSignal,
  ): Promise<{ kind: 'file' | 'folder' | 'socket' | 'other'; sizeBytes: number; modifiedMs: number } | null>;
  makeFolder(path: string, signal: AbortSignal): Promise<void>;
  /** Files, folders with all in them; what is not there is no error. */
  remove(path: string, signal: AbortSignal): Promise<void>;
  rename(from: string, to: string, signal: AbortSignal): Promise<void>;
  /** Replaces what is there; shares the blocks where the filesystem can. A copy that fails may leave a part. */
  copy(from: string, to: string, signal: AbortSignal): Promise<void>;
  /** What is in the file from `offset` on and what is appended later, until the signal aborts; waits for a file that is not there yet. */
  follow(path: string, offset: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
}
