import { useMemo } from 'react';
import type { Engine } from '../../../backend/contract/index.ts';
import { useInventory } from '../../stores/index.ts';

/** The engines that answer and can run stacks. */
export function useComposeEngines(): Engine[] {
  const engines = useInventory((inventory) => inventory.engines);
  return useMemo(() => [...engines.values()].filter(({ facets }) => facets.includes('compose')), [engines]);
}
