import { useCallback, useEffect, useState } from 'react';
import type { EngineId, Problem, RegistryOverview } from '../../../backend/contract/index.ts';
import { useStores } from '../../stores/index.ts';

export type RegistriesState =
  | { status: 'loading' }
  | { status: 'failed'; problem: Problem }
  | { status: 'ready'; overview: RegistryOverview };

/** What is known of registries on an engine's host; `reload` keeps the last picture until the next is there. */
export function useRegistries(engineId: EngineId | undefined): { state: RegistriesState; reload: () => void } {
  const { connection } = useStores();
  const [state, setState] = useState<RegistriesState>({ status: 'loading' });
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new turn is a reason to ask again
  useEffect(() => {
    if (engineId === undefined) return;
    const ended = new AbortController();
    connection.client.registries.list({ engineId }, { signal: ended.signal }).then(
      (overview) => setState({ status: 'ready', overview }),
      (error) => {
        if (!ended.signal.aborted) setState({ status: 'failed', problem: connection.problemOf(error) });
      },
    );
    return () => ended.abort();
  }, [connection, engineId, turn]);
  return { state, reload: useCallback(() => setTurn((before) => before + 1), []) };
}
