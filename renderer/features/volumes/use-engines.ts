import { useMemo } from 'react';
import type { Engine } from '../../../backend/contract/index.ts';
import { useInventory } from '../../stores/index.ts';

/** Those that answer and keep volumes. */
export function useVolumeEngines(): Engine[] {
  const engines = useInventory((inventory) => inventory.engines);
  return useMemo(
    () => [...engines.values()].filter((engine) => engine.health.status === 'healthy' && engine.facets.includes('volumes')),
    [engines],
  );
}
