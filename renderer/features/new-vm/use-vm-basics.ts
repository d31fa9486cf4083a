import { useEffect, useState } from 'react';
import type { CatalogueImage, EngineId, Problem, VmAbilities } from '../../../backend/contract/index.ts';
import { useStores } from '../../stores/index.ts';

/** What the form needs to know before it can be filled. */
export interface VmBasics {
  abilities: VmAbilities;
  catalogue: readonly CatalogueImage[];
}

/** Null while it comes. */
export function useVmBasics(engineId: EngineId | undefined): { basics: VmBasics | null; problem: Problem | null } {
  const { connection } = useStores();
  const [state, setState] = useState<{ basics: VmBasics | null; problem: Problem | null }>({ basics: null, problem: null });
  useEffect(() => {
    if (engineId === undefined) return;
    const gone = new AbortController();
    const { signal } = gone;
    const { client } = connection;
    Promise.all([client.vms.abilities({ engineId }, { signal }), client.guestImages.catalogue(undefined, { signal })]).then(
      ([abilities, { images }]) => setState({ basics: { abilities, catalogue: images }, problem: null }),
      (error) => !signal.aborted && setState({ basics: null, problem: connection.problemOf(error) }),
    );
    return () => gone.abort();
  }, [connection, engineId]);
  return state;
}
