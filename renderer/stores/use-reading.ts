import { useCallback, useEffect, useState } from 'react';
import type { Problem } from '../../backend/contract/index.ts';
import type { BackendClient } from '../backend/index.ts';
import { useStores } from './react.tsx';

export interface Reading<Value> {
  /** What was read last; null before that. */
  value: Value | null;
  /** Why the newest reading failed. */
  problem: Problem | null;
  /** Reads at once. */
  again: () => void;
}

const NOTHING = { value: null, problem: null };

/**
 * Reads again and again while the page can be seen, one reading at a time.
 * @param options.of what is read, and of which run; another one begins with nothing; null reads nothing
 * @param options.everyMs how long after an answer it is read again; null: only when it is asked for
 * @param options.upon another value reads at once
 */
export function useReading<Value>(
  read: (client: BackendClient, signal: AbortSignal) => Promise<Value>,
  { of, everyMs, upon }: { of: string | null; everyMs: number | null; upon?: unknown },
): Reading<Value> {
  const { connection } = useStores();
  const [reading, setReading] = useState<Pick<Reading<Value>, 'value' | 'problem'>>(NOTHING);
  const [turn, setTurn] = useState(0);
  const again = useCallback(() => setTurn((last) => last + 1), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run is another subject
  useEffect(() => setReading(NOTHING), [of]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `of` says what `read` reads; the others ask for it anew
  useEffect(() => {
    if (of === null) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    const readOn = async () => {
      for (;;) {
        const told = await read(connection.client, signal).then(
          (value) => ({ value, problem: null }),
          (error: unknown) => ({ problem: connection.problemOf(error) }),
        );
        if (signal.aborted) return;
        setReading((last) => ({ ...last, ...told }));
        if (everyMs === null) return;
        await waitUntilSeen(everyMs, signal);
        if (signal.aborted) return;
      }
    };
    void readOn();
    return () => leaving.abort();
  }, [connection, of, everyMs, upon, turn]);
  return { ...reading, again };
}

/** Waits a while, and until the page can be seen. */
function waitUntilSeen(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
      resolve();
    };
    const look = () => {
      if (!document.hidden) end();
    };
    const timer = setTimeout(() => {
      document.addEventListener('visibilitychange', look);
      look();
    }, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
