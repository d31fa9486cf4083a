import { useEffect, useState } from 'react';
import type { Isolation, Machine, Problem } from '../../../../backend/contract/index.ts';
import { useStores } from '../../../stores/index.ts';

/** Often enough to watch a limit being met, at some thirty small files a time. */
const READ_EVERY_MS = 3000;

export interface IsolationReading {
  isolation: Isolation | null;
  problem: Problem | null;
}

/** Read again and again while the machine runs and the page can be seen; one reading at a time. */
export function useIsolation({ id, state, startedAtMs }: Machine): IsolationReading {
  const { connection } = useStores();
  const [reading, setReading] = useState<IsolationReading>({ isolation: null, problem: null });
  const runs = isUp(state);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run is another process
  useEffect(() => {
    setReading({ isolation: null, problem: null });
    if (!runs) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async () => {
      if (!document.hidden) {
        const next = await connection.client.isolation.get({ id }, { signal }).then(
          (isolation) => ({ isolation, problem: null }),
          (error: unknown) => ({ isolation: null, problem: connection.problemOf(error) }),
        );
        if (signal.aborted) return;
        setReading(next);
      }
      timer = setTimeout(read, READ_EVERY_MS);
    };
    void read();
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [connection, id, runs, startedAtMs]);
  return reading;
}

export function isUp(state: Machine['state']): boolean {
  return state === 'running' || state === 'paused';
}
