import { useEffect, useState } from 'react';
import type { Problem } from '../../../backend/contract/index.ts';
import type { BackendClient } from '../../backend/index.ts';
import { useStores } from '../../stores/index.ts';

export interface Reading<Value> {
  value: Value | null;
  problem: Problem | null;
}

/**
 * Read again and again while the page can be seen, one reading at a time.
 * @param options.of what is read, and of which run; another one begins with nothing; null reads nothing
 * @param options.turn another one reads again at once
 */
export function useReading<Value>(
  read: (client: BackendClient, signal: AbortSignal) => Promise<Value>,
  { of, everyMs, turn = 0 }: { of: string | null; everyMs: number; turn?: number },
): Reading<Value> {
  const { connection } = useStores();
  const [reading, setReading] = useState<Reading<Value>>({ value: null, problem: null });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run is another subject
  useEffect(() => {
    setReading({ value: null, problem: null });
  }, [of]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `of` says what `read` reads, another turn reads again
  useEffect(() => {
    if (of === null) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const next = async () => {
      if (!document.hidden) {
        const found = await read(connection.client, signal).then(
          (value) => ({ value, problem: null }),
          (error: unknown) => ({ value: null, problem: connection.problemOf(error) }),
        );
        if (signal.aborted) return;
        setReading(found);
      }
      timer = setTimeout(next, everyMs);
    };
    void next();
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [connection, of, everyMs, turn]);
  return reading;
}
