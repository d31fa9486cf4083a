import { useEffect, useState } from 'react';
import type { Problem } from '../../../backend/contract/index.ts';
import type { StreamFactory } from '../../backend/index.ts';
import { useStores } from '../../stores/index.ts';

export interface Followed<T> {
  /** The newest value; null before the first. */
  value: T | null;
  problem: Problem | null;
}

/** A stream's newest value while the component is there. @param key another one is another stream */
export function useFollowed<T>(key: string, open: StreamFactory<T>): Followed<T> {
  const { connection } = useStores();
  const [state, setState] = useState<Followed<T>>({ value: null, problem: null });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for what is opened
  useEffect(() => {
    const ending = new AbortController();
    setState({ value: null, problem: null });
    connection
      .follow(open, (value) => setState({ value, problem: null }), ending.signal)
      .catch((error: unknown) => setState((before) => ({ ...before, problem: connection.problemOf(error) })));
    return () => ending.abort();
  }, [connection, key]);
  return state;
}
