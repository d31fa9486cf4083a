import type { Engine, Machine, Problem, ProblemReason } from '../../../backend/contract/index.ts';
import { tabsOf } from './machine-tabs.ts';
import type { MachineTab } from './machine-url.ts';

const OF_DISKS: ReadonlySet<ProblemReason> = new Set([
  'diskDamaged',
  'diskBaseMissing',
  'diskUnusable',
  'diskInUse',
  'vmDiskFailed',
  'vmDiskFull',
]);

/** The tab of a machine's page where a problem of it is mended; null: none. */
export function mendedOn(problem: Pick<Problem, 'reason'>, machine: Machine, engine: Engine | undefined): MachineTab | null {
  return OF_DISKS.has(problem.reason) && tabsOf(machine, engine).includes('disks') ? 'disks' : null;
}
