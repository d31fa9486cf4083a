import { type ChildProcess, spawn as spawnChild } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError, messageOf, systemCode } from '../core/index.ts';
import type { Argv, ExecOptions, ExecResult, HostProcess } from './host.ts';
import { cancelled, commandMissing, throwIfCancelled } from './host-errors.ts';

/** A process that was asked to end has this long before it is killed. */
export const GRACE_MS = 3000;
/** After its end, what its children still hold of its pipes is read for this long, no longer: a daemon would hold them for ever. */
const PIPE_LINGER_MS = 500;
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

/** What children inherit, and where they run. */
export interface Surroundings {
  hostname: string;
  env: NodeJS.ProcessEnv;
}

export interface LocalProcess extends HostProcess {
  /** Resolves when the process has ended and its pipes are closed. */
  readonly closed: Promise<number>;
}

export async function spawnLocal(
  argv: Argv,
  options: Pick<ExecOptions, 'env' | 'cwd'>,
  at: { surroundings: Surroundings; signal: AbortSignal },
): Promise<LocalProcess> {
  throwIfCancelled(at.signal);
  const [command, ...args] = argv;
  const child = spawnChild(command, args, {
    cwd: options.cwd,
    env: { ...at.surroundings.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    // Its own process group: ended as a whole, and out of reach of a Ctrl-C meant for us.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const exited = new Promise<number>((resolve) => child.once('exit', (code, signal) => resolve(exitCode(code, signal))));
  const closed = new Promise<number>((resolve) => child.once('close', (code, signal) => resolve(exitCode(code, signal))));
  // A child that does not read its input to the end is no fault of ours; its exit code tells the story.
  child.stdin.on('error', () => {});
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw spawnError(error, command, options.cwd, at.surroundings.hostname);
  }
  // Later errors (a kill that failed) have no one to hear them and nothing to add.
  child.on('error', () => {});
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    closed,
    async [Symbol.asyncDispose]() {
      await end(child, exited);
      child.stdin.destroy();
      child.stdout.destroy();
      child.stderr.destroy();
    },
  };
}

/** Runs to the end. Input that fails, output beyond its bound and an abort end the process first, then reject. */
export async function collect(
  process: LocalProcess,
  options: ExecOptions,
  at: { command: string; signal: AbortSignal },
): Promise<ExecResult> {
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // May reject after the race has been decided.
  failed.catch(() => {});
  const onAbort = () => fail(cancelled(at.signal));
  at.signal.addEventListener('abort', onAbort, { once: true });
  if (at.signal.aborted) onAbort();
  const tooLong = () => fail(new AppError('internal', { message: `${at.command} wrote more than ${maxBytes} bytes` }));
  const stdout = gather(process.stdout, maxBytes, tooLong);
  const stderr = gather(process.stderr, maxBytes, tooLong);
  try {
    feed(process.stdin, options.input).catch(fail);
    const exitCode = await Promise.race([failed, ended(process)]);
    return { exitCode, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') };
  } finally {
    at.signal.removeEventListener('abort', onAbort);
    await process[Symbol.asyncDispose]();
  }
}

async function ended(process: LocalProcess): Promise<number> {
  const code = await process.exited;
  let timer: NodeJS.Timeout | undefined;
  const linger = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PIPE_LINGER_MS);
  });
  await Promise.race([process.closed, linger]);
  clearTimeout(timer);
  return code;
}

function gather(stream: NodeJS.ReadableStream, maxBytes: number, tooLong: () => void): Buffer[] {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    else tooLong();
  });
  return chunks;
}

/** Writes with backpressure, then closes. A reader that went away is no error; a source that fails is. */
async function feed(stdin: NodeJS.WritableStream, input: ExecOptions['input']): Promise<void> {
  if (input === undefined || input instanceof Uint8Array) {
    stdin.end(input ?? '');
    return;
  }
  try {
    await pipeline(Readable.from(input, { objectMode: false }), stdin);
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'EPIPE' && code !== 'ECONNRESET' && code !== 'ERR_STREAM_PREMATURE_CLOSE' && code !== 'ERR_STREAM_DESTROYED') throw error;
  }
}

async function end(child: ChildProcess, exited: Promise<number>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS);
  await exited;
  clearTimeout(timer);
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // It ended meanwhile.
  }
}

export function exitCode(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

export function spawnError(error: unknown, command: string, cwd: string | undefined, host: string): AppError {
  // Node reports a missing working folder as a missing command.
  if (cwd !== undefined && !existsSync(cwd)) return new AppError('fileMissing', { path: cwd }, { cause: error });
  switch (systemCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return commandMissing(command, host, error);
    case 'EACCES':
    case 'EPERM':
      return new AppError('fileDenied', { path: command }, { cause: error });
    default:
      return new AppError('internal', { message: `${command}: ${messageOf(error)}` }, { cause: error });
  }
}
