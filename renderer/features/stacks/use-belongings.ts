import { useMemo } from 'react';
import { type Network, type StackRef, stackOf, type Volume } from '../../../backend/contract/index.ts';
import { useInventory } from '../../stores/index.ts';

/** The volumes and networks that were made for a stack; external ones are not among them. */
export function useBelongings({ engineId, name }: StackRef): { volumes: Volume[]; networks: Network[] } {
  const volumes = useInventory((inventory) => inventory.volumes);
  const networks = useInventory((inventory) => inventory.networks);
  return useMemo(() => {
    const own = (item: Volume | Network) => item.engineId === engineId && stackOf(item.labels) === name;
    return { volumes: [...volumes.values()].filter(own), networks: [...networks.values()].filter(own) };
  }, [volumes, networks, engineId, name]);
}
