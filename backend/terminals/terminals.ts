import { randomUUID } from 'node:crypto';
import {
  encodeFrame,
  FRAME,
  type MachineId,
  type TerminalId,
  type TerminalKind,
  type TerminalSession,
  type TerminalSize,
  terminalId,
} from '../contract/index.ts';
import { AppError, type ByteLink, type Clock, type Logger } from '../core/index.ts';
import type { ByteChannel } from '../drivers/driver.ts';
import { Session } from './session.ts';

export interface OpenRequest {
  machineId: MachineId;
  kind: TerminalKind;
  size: TerminalSize;
}

export interface TerminalsOptions {
  /** The driver's way to a terminal of a machine. The signal cancels the opening only. */
  open(machineId: MachineId, kind: TerminalKind, size: TerminalSize, signal: AbortSignal): Promise<ByteChannel>;
  clock: Clock;
  logger: Logger;
}

/**
 * The terminals of all machines. Sessions outlive their viewers: until they are closed, their machine ends and they are
 * opened anew, or too many are unwatched.
 */
export interface Terminals extends AsyncDisposable {
  /** A console or attach session that goes on is shared; a shell is always new. */
  open(request: OpenRequest, signal: AbortSignal): Promise<TerminalSession>;
  list(): TerminalSession[];
  /** @throws AppError `terminalMissing` */
  close(id: TerminalId): Promise<void>;
  /** Sends the screen and what comes after it, until either side closes the link. A session that is gone has `ended`. */
  attachViewer(id: TerminalId, link: ByteLink): void;
}

/** Sessions that nobody looks at; of more, those unwatched for longest are closed, ended ones first. */
export const MAX_UNWATCHED = 32;

export function createTerminals({ open, clock, logger }: TerminalsOptions): Terminals {
  const sessions = new Map<TerminalId, Session>();
  const opening = new Map<string, Promise<Session>>();
  const ending = new AbortController();

  async function start({ machineId, kind, size }: OpenRequest, signal: AbortSignal): Promise<Session> {
    const channel = await open(machineId, kind, size, signal);
    if (ending.signal.aborted) {
      await channel[Symbol.asyncDispose]();
      throw new AppError('cancelled');
    }
    const id = terminalId.parse(randomUUID());
    const session = new Session({ id, machineId, kind, size, channel, clock, logger });
    sessions.set(id, session);
    return session;
  }

  /** Everyone who asks meanwhile gets the same; it goes on when one of them turns away. */
  function startShared(request: OpenRequest): Promise<Session> {
    const key = `${request.kind} ${request.machineId}`;
    const running = opening.get(key) ?? start(request, ending.signal).finally(() => opening.delete(key));
    opening.set(key, running);
    return running;
  }

  async function drop(session: Session): Promise<void> {
    sessions.delete(session.id);
    await session[Symbol.asyncDispose]();
  }

  async function dropUnwatched(keep: Session): Promise<void> {
    const unwatched = [...sessions.values()].filter((session) => session !== keep && session.unwatchedSinceMs !== null);
    const replaced = unwatched.filter(
      ({ ended, kind, machineId }) => ended && kind !== 'shell' && kind === keep.kind && machineId === keep.machineId,
    );
    const others = unwatched
      .filter((session) => !replaced.includes(session))
      .sort((a, b) => Number(b.ended) - Number(a.ended) || (a.unwatchedSinceMs ?? 0) - (b.unwatchedSinceMs ?? 0));
    await Promise.all([...replaced, ...others.slice(0, Math.max(0, others.length - MAX_UNWATCHED))].map(drop));
  }

  return {
    async open(request, signal) {
      if (request.kind === 'shell') {
        const session = await start(request, signal);
        await dropUnwatched(session);
        return session.describe();
      }
      const present = [...sessions.values()].find(
        ({ kind, machineId, ended }) => kind === request.kind && machineId === request.machineId && !ended,
      );
      const session = present ?? (await unlessAborted(startShared(request), signal));
      if (present === undefined) await dropUnwatched(session);
      return session.describe();
    },

    list: () => [...sessions.values()].map((session) => session.describe()),

    async close(id) {
      const session = sessions.get(id);
      if (session === undefined) throw new AppError('terminalMissing');
      await drop(session);
    },

    attachViewer(id, link) {
      const session = sessions.get(id);
      if (session !== undefined) return session.attach(link);
      link.send(encodeFrame(FRAME.ended, Buffer.from(JSON.stringify({ exitCode: null }))));
      link.close();
    },

    async [Symbol.asyncDispose]() {
      ending.abort(new AppError('cancelled'));
      await Promise.allSettled(opening.values());
      await Promise.all([...sessions.values()].map(drop));
    },
  };
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
