import type { Problem } from '../../backend/contract/index.ts';
import type { BackendConnection, StreamFactory } from '../backend/index.ts';

const AGAIN_AFTER_MS = 2000;

export interface Follower<T> {
  open: StreamFactory<T>;
  onValue: (value: T) => void;
  /** The backend refused the stream; it is asked for again a little later. */
  onProblem: (problem: Problem) => void;
}

/** Follows a stream as long as the signal lets it, whatever happens to the stream or to the connection. */
export async function followAlways<T>(connection: BackendConnection, follower: Follower<T>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await connection.follow(follower.open, follower.onValue, signal);
    } catch (error) {
      follower.onProblem(connection.problemOf(error));
    }
    if (!signal.aborted) await pause(AGAIN_AFTER_MS, signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
