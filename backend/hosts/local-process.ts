import { type ChildProcess, spawn as spawnChild } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as setTimeoutAsync } from 'node:timers/promises';
import { AppError, messageOf, systemCode } from '../core/index.ts';
import type { RunningProcess } from './collect.ts';
import type { Argv, ExecOptions } from './host.ts';
import { commandMissing, throwIfCancelled } from './host-errors.ts';

/** A process that was asked to end has this long before it is killed. */
export const GRACE_MS = 3000;
const GROUP_CHECK_MS = 20;

/** What children inherit, and where they run. */
export interface Surroundings {
  hostname: string;
  env: NodeJS.ProcessEnv;
}

export async function spawnLocal(
  argv: Argv,
  options: Pick<ExecOptions, 'env' | 'cwd'>,
  at: { surroundings: Surroundings; signal: AbortSignal },
): Promise<RunningProcess> {
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

/** Ends the process and what it has started in its group; a child that outlived it has the rest of the time. */
async function end(child: ChildProcess, exited: Promise<number>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  signalGroup(child, 'SIGTERM');
  const deadline = performance.now() + GRACE_MS;
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS);
  await exited;
  // Nothing tells when a group is empty.
  while (performance.now() < deadline && signalGroup(child, 0)) await setTimeoutAsync(GROUP_CHECK_MS);
  clearTimeout(timer);
  signalGroup(child, 'SIGKILL');
}

/** Answers false when there is nobody left to signal. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  try {
    if (child.pid === undefined || process.platform === 'win32') return child.kill(signal);
    return process.kill(-child.pid, signal);
  } catch {
    return false;
  }
}

function exitCode(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

function spawnError(error: unknown, command: string, cwd: string | undefined, host: string): AppError {
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
