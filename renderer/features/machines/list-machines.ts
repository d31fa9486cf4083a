import { type Machine, stackOf } from '../../../backend/contract/index.ts';
import type { Sort } from '../../ui/Table.tsx';

/** Order of states: what needs a look comes first. */
const STATE_ORDER: readonly Machine['state'][] = [
  'failed',
  'creating',
  'starting',
  'saving',
  'stopping',
  'running',
  'paused',
  'suspended',
  'stopped',
];

export interface SortBy {
  sort: Sort;
  /** The newest number of a measured column. */
  measured: (machine: Machine, metric: 'cpuCores' | 'memoryBytes') => number;
}

/** Sorted anew; the same value keeps the order of names, and what is missing stands last in either direction. */
export function sortMachines(machines: readonly Machine[], { sort, measured }: SortBy): Machine[] {
  const value = (machine: Machine): string | number | null => {
    switch (sort.column) {
      case 'state':
        return STATE_ORDER.indexOf(machine.state);
      case 'image':
        return machine.image?.name ?? null;
      case 'engine':
        return machine.engineId;
      case 'cpu':
        return measured(machine, 'cpuCores');
      case 'memory':
        return measured(machine, 'memoryBytes');
      case 'uptime':
        return machine.state === 'running' && machine.startedAtMs !== null ? -machine.startedAtMs : null;
      case 'start':
        return machine.startTiming?.runningMs ?? null;
      case 'stack':
        return stackOf(machine.labels);
      case 'health':
        return machine.health;
      case 'restart':
        return machine.restartPolicy?.name ?? null;
      case 'created':
        return machine.createdAtMs;
      default:
        return machine.name;
    }
  };
  const byName = (a: Machine, b: Machine) => COLLATOR.compare(a.name, b.name) || (a.id < b.id ? -1 : 1);
  const keyed = machines.map((machine) => ({ machine, key: value(machine) }));
  const sign = sort.direction === 'ascending' ? 1 : -1;
  keyed.sort((a, b) => {
    const missing = Number(isMissing(a.key)) - Number(isMissing(b.key));
    if (missing !== 0) return missing;
    return sign * compare(a.key, b.key) || byName(a.machine, b.machine);
  });
  return keyed.map(({ machine }) => machine);
}

const COLLATOR = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

function isMissing(key: string | number | null): boolean {
  return key === null || (typeof key === 'number' && Number.isNaN(key));
}

function compare(a: string | number | null, b: string | number | null): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b || 0;
  return typeof a === 'string' && typeof b === 'string' ? COLLATOR.compare(a, b) : 0;
}
