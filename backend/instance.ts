import { once } from 'node:events';
import { chmodSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { AppError, type Clock } from './core/index.ts';
import type { Paths } from './settings/index.ts';

/** What a second start is told by the instance that runs. */
const answer = z.object({ pid: z.int(), url: z.string().nullable() });
export type InstanceAnswer = z.infer<typeof answer>;

export type Claim = { instance: AsyncDisposable; other: null } | { instance: null; other: InstanceAnswer };

export interface ClaimOptions {
  paths: Pick<Paths, 'instanceLock' | 'instanceSocket'>;
  clock: Clock;
  /** For a second start: a link to what runs here, or null when that is a window, which should then show itself. */
  launchUrl(): Promise<string | null>;
}

/** An instance that is just starting, or just ending, answers within this. */
const ANSWER_WITHIN_MS = 15_000;
const ASK_AGAIN_MS = 100;

/**
 * One instance uses a data folder. Who holds the lock is it: the kernel takes the lock back when its process ends, however
 * it ends, so there is no stale lock and no race for one. Only the holder touches the socket, and clears one that a crash
 * left behind.
 * @throws AppError alreadyRunning when another instance holds the lock and does not answer
 */
export async function claimInstance(options: ClaimOptions, signal: AbortSignal): Promise<Claim> {
  const { paths, clock } = options;
  const deadline = clock.monotonic() + ANSWER_WITHIN_MS;
  while (true) {
    const lock = tryLock(paths.instanceLock);
    if (lock !== null) return { instance: await listen(lock, options), other: null };
    const other = await ask(paths.instanceSocket, signal);
    if (other !== null) return { instance: null, other };
    if (clock.monotonic() > deadline) throw new AppError('alreadyRunning', { pid: '?' });
    await clock.sleep(ASK_AGAIN_MS, signal);
  }
}

/** An exclusive lock of the operating system, which Node itself does not offer and SQLite does. */
function tryLock(file: string): DatabaseSync | null {
  const lock = new DatabaseSync(file);
  try {
    lock.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
    chmodSync(file, 0o600);
    return lock;
  } catch (error) {
    lock.close();
    if (/database is locked/.test(String(error))) return null;
    throw error;
  }
}

async function listen(lock: DatabaseSync, { paths, launchUrl }: ClaimOptions): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  stack.defer(() => lock.close());
  rmSync(paths.instanceSocket, { force: true });
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    launchUrl().then(
      (url) => socket.end(JSON.stringify({ pid: process.pid, url } satisfies InstanceAnswer)),
      () => socket.destroy(),
    );
  });
  server.listen(paths.instanceSocket);
  await once(server, 'listening');
  // Its folder is private (0700) already.
  chmodSync(paths.instanceSocket, 0o600);
  stack.defer(() => close(server));
  return stack.move();
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await closed;
}

/** Null when nobody answers there (yet). */
async function ask(socketPath: string, signal: AbortSignal): Promise<InstanceAnswer | null> {
  let socket: Socket | undefined;
  try {
    socket = createConnection({ path: socketPath, signal });
    return answer.parse(JSON.parse(await text(socket)));
  } catch {
    signal.throwIfAborted();
    return null;
  } finally {
    socket?.destroy();
  }
}
