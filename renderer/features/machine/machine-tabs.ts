import type { Engine, EngineFacet } from '../../../backend/contract/index.ts';
import { MACHINE_TABS, type MachineTab } from './machine-url.ts';

/** Tabs that only some engines can fill. */
const NEEDS: Partial<Record<MachineTab, EngineFacet>> = {
  files: 'files',
  processes: 'processes',
  isolation: 'isolation',
  events: 'events',
};

/** What a machine's page can show. While its engine does not answer nothing is known of its facets: then as little as there is. */
export function tabsOf(engine: Engine | undefined): readonly MachineTab[] {
  return MACHINE_TABS.filter((tab) => {
    const facet = NEEDS[tab];
    return facet === undefined || engine?.facets.includes(facet) === true;
  });
}
