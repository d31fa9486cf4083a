import { useEffect, useState } from 'react';
import type { GuestReport, Machine, Problem } from '../../../backend/contract/index.ts';
import { useStores } from '../../stores/index.ts';

/** An emulated agent takes half a second for all that is asked of it. */
const READ_EVERY_MS = 5000;

export interface GuestReading {
  report: GuestReport | null;
  problem: Problem | null;
}

const NONE: GuestReading = { report: null, problem: null };

/** Read again and again while the machine runs and the page can be seen; one reading at a time, and at once after `turn` changed. */
export function useGuest({ id, state, startedAtMs }: Machine, turn: number): GuestReading {
  const { connection } = useStores();
  const [reading, setReading] = useState(NONE);
  const runs = state === 'running';
  // biome-ignore lint/correctness/useExhaustiveDependencies: another run is another guest
  useEffect(() => {
    setReading(NONE);
  }, [id, runs, startedAtMs]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another turn reads again
  useEffect(() => {
    if (!runs) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async () => {
      if (!document.hidden) {
        const next = await connection.client.guest.get({ id }, { signal }).then(
          (report) => ({ report, problem: null }),
          (error: unknown) => ({ report: null, problem: connection.problemOf(error) }),
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
  }, [connection, id, runs, startedAtMs, turn]);
  return reading;
}
