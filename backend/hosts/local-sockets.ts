import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { AppError, systemCode } from '../core/index.ts';
import type { DialTarget } from './host.ts';
import { cancelled, socketError, throwIfCancelled } from './host-errors.ts';

export function endpointOf(target: DialTarget): string {
  return 'unixPath' in target ? target.unixPath : `${target.address}:${target.port}`;
}

export async function dialLocal(target: DialTarget, signal: AbortSignal): Promise<Socket> {
  throwIfCancelled(signal);
  const socket = 'unixPath' in target ? connect(target.unixPath) : connect(target.port, target.address);
  const onAbort = () => socket.destroy(cancelled(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await once(socket, 'connect');
    socket.setNoDelay(true);
    return socket;
  } catch (error) {
    throw socketError(error, endpointOf(target));
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** A port that was given out is not given out again for this long: its taker needs time to bind it. */
const HOLD_MS = 30_000;

/** Finds free TCP ports on 127.0.0.1. @param isFree asks the host */
export function createPortFinder(options: { host: string; isFree: (port: number, signal: AbortSignal) => Promise<boolean> }) {
  const held = new Map<number, number>();
  return async (from: number, signal: AbortSignal): Promise<number> => {
    for (let port = from; port <= 65535; port++) {
      throwIfCancelled(signal);
      const heldAt = held.get(port);
      if (heldAt !== undefined && performance.now() - heldAt < HOLD_MS) continue;
      // Held before it is asked for, so that two callers at once never try the same one.
      held.set(port, performance.now());
      if (await options.isFree(port, signal)) return port;
      held.delete(port);
    }
    throw new AppError('noFreePort', { from, host: options.host });
  };
}

/** Tries to bind. @throws AppError `fileDenied` for a port that this user may not use */
export async function isLocalPortFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
    return true;
  } catch (error) {
    if (systemCode(error) === 'EADDRINUSE') return false;
    throw socketError(error, `127.0.0.1:${port}`);
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}
