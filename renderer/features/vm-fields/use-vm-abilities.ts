import { useEffect, useState } from 'react';
import type { EngineId, Problem, VmAbilities } from '../../../backend/contract/index.ts';
import { useStores } from '../../stores/index.ts';

/** What the host can do for machines with systems of their own; asked anew each time, for people install what is missing. */
export function useVmAbilities(engineId: EngineId | undefined): { abilities: VmAbilities | null; problem: Problem | null } {
  const { connection } = useStores();
  const [state, setState] = useState<{ abilities: VmAbilities | null; problem: Problem | null }>({ abilities: null, problem: null });
  useEffect(() => {
    if (engineId === undefined) return;
    const gone = new AbortController();
    connection.client.vms.abilities({ engineId }, { signal: gone.signal }).then(
      (abilities) => setState({ abilities, problem: null }),
      (error) => !gone.signal.aborted && setState({ abilities: null, problem: connection.problemOf(error) }),
    );
    return () => gone.abort();
  }, [connection, engineId]);
  return state;
}
