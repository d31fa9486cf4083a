import type { Engine, EngineFacet, Machine } from '../../../backend/contract/index.ts';
import { MACHINE_TABS, type MachineTab } from './machine-url.ts';

/** Tabs that only some engines can fill. */
const NEEDS: Partial<Record<MachineTab, EngineFacet>> = {
  screen: 'displays',
  hardware: 'hardware',
  disks: 'disks',
  guest: 'guest',
  files: 'files',
  processes: 'processes',
  isolation: 'isolation',
  snapshots: 'snapshots',
  events: 'events',
};

/** What only some machines have. */
const HAS: Partial<Record<MachineTab, (machine: Machine) => boolean>> = {
  screen: ({ vm }) => vm?.display === true,
  // Containers are looked into from outside, systems by a guest agent; a workload's init tells of itself, but not of files.
  hardware: ({ vm }) => vm !== null,
  guest: ({ vm }) => vm !== null,
  files: ({ vm }) => vm?.guest !== 'workload',
};

/** What a machine's page can show. While its engine does not answer nothing is known of its facets: then as little as there is. */
export function tabsOf(machine: Machine, engine: Engine | undefined): readonly MachineTab[] {
  return MACHINE_TABS.filter((tab) => {
    if (HAS[tab]?.(machine) === false) return false;
    const facet = NEEDS[tab];
    return facet === undefined || engine?.facets.includes(facet) === true;
  });
}
