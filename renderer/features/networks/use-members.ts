import { useMemo } from 'react';
import type { Machine, Network, NetworkPlace } from '../../../backend/contract/index.ts';
import { useInventory } from '../../stores/index.ts';

export interface Member {
  machine: Machine;
  place: NetworkPlace;
}

/** Who is on each network; a machine knows networks by their names. */
export type Members = ReadonlyMap<string, readonly Member[]>;

export function useMembers(): Members {
  const machines = useInventory((inventory) => inventory.machines);
  return useMemo(() => {
    const all = [...machines.values()].flatMap((machine) => machine.networks.map((place) => ({ machine, place })));
    return Map.groupBy(all, ({ machine, place }) => keyOf(machine.engineId, place.network));
  }, [machines]);
}

export function membersOf(members: Members, { engineId, name }: Network): readonly Member[] {
  return members.get(keyOf(engineId, name)) ?? [];
}

function keyOf(engineId: string, name: string): string {
  return `${engineId} ${name}`;
}
