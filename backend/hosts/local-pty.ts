import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { spawn as spawnPty } from 'node-pty';
import { AppError, Queue } from '../core/index.ts';
import type { Argv, HostPty } from './host.ts';
import { commandMissing, throwIfCancelled } from './host-errors.ts';
import { GRACE_MS, type Surroundings } from './local-process.ts';

/** Chunks that wait for the reader before the terminal is paused; a chunk has 64 KiB at most. */
const QUEUE_CHUNKS = 8;
/** How often a paused terminal is asked whether its process still lives. */
const PAUSED_CHECK_MS = 20;

interface PtyOptions {
  cols: number;
  rows: number;
  env?: Record<string, string>;
  cwd?: string;
}

export function openLocalPty(argv: Argv, options: PtyOptions, at: { surroundings: Surroundings; signal: AbortSignal }): HostPty {
  throwIfCancelled(at.signal);
  const [command, ...args] = argv;
  const env: NodeJS.ProcessEnv = { TERM: 'xterm-256color', ...at.surroundings.env, ...options.env };
  // node-pty starts a process first and then fails inside it, with an exit code only: look before.
  if (options.cwd !== undefined && !existsSync(options.cwd)) throw new AppError('fileMissing', { path: options.cwd });
  const file = findCommand(command, env.PATH ?? '');
  if (file === null) throw commandMissing(command, at.surroundings.hostname);

  const terminal = spawnPty(file, args, {
    name: env.TERM,
    cols: options.cols,
    rows: options.rows,
    cwd: options.cwd,
    env,
    // Bytes, not text: a character may be cut between two reads.
    encoding: null,
  });
  let pausedCheck: NodeJS.Timeout | undefined;
  const resume = () => {
    clearInterval(pausedCheck);
    pausedCheck = undefined;
    terminal.resume();
  };
  const pause = () => {
    terminal.pause();
    // node-pty drops what is still unread 200 ms after the process has ended (unixTerminal.js, onexit), so a terminal that
    // is paused then would lose its last screen: take the rest (the kernel holds a few KiB) into the queue in time.
    pausedCheck ??= setInterval(() => {
      if (!isAlive(terminal.pid)) resume();
    }, PAUSED_CHECK_MS);
  };
  const output = new Queue<Uint8Array>(QUEUE_CHUNKS, resume);
  // The type says string; with encoding null it is a Buffer.
  terminal.onData((chunk: string | Uint8Array) => {
    if (!output.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)) pause();
  });
  let ended = false;
  const exited = new Promise<number>((resolve) => {
    terminal.onExit(({ exitCode, signal }) => {
      ended = true;
      clearInterval(pausedCheck);
      output.end();
      resolve(signal ? 128 + signal : exitCode);
    });
  });
  return {
    output,
    exited,
    write(bytes) {
      if (!ended) terminal.write(Buffer.from(bytes));
    },
    resize(cols, rows) {
      if (!ended) terminal.resize(cols, rows);
    },
    async [Symbol.asyncDispose]() {
      if (ended) return;
      // The reader may be gone: without reading, the end would not be seen.
      resume();
      hangUp(terminal.pid, 'SIGHUP');
      const timer = setTimeout(() => hangUp(terminal.pid, 'SIGKILL'), GRACE_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** The process is the leader of its session, so the signal goes to its group. */
function hangUp(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It ended meanwhile.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function findCommand(command: string, path: string): string | null {
  const candidates =
    command.includes('/') || isAbsolute(command) ? [command] : path.split(delimiter).map((folder) => join(folder, command));
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
