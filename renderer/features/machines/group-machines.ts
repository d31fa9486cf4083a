import { type Machine, stackOf } from '../../../backend/contract/index.ts';

/** `label:<key>` groups by the value of one label. */
export const LABEL_GROUP = 'label:';

/** The group of a machine; null when it has none, or is not to be grouped. */
export function groupOf(machine: Machine, groupBy: string): string | null {
  if (groupBy.startsWith(LABEL_GROUP)) return machine.labels[groupBy.slice(LABEL_GROUP.length)] ?? null;
  switch (groupBy) {
    case 'stack':
      return stackOf(machine.labels);
    case 'image':
      return machine.image?.name ?? null;
    case 'engine':
      return machine.engineId;
    case 'state':
      return machine.state;
    default:
      return null;
  }
}

/** In their order within each group; groups by name, those without one last. */
export function inGroups(machines: readonly Machine[], groupBy: string): Machine[] {
  if (groupBy === 'none') return [...machines];
  const groups = Map.groupBy(machines, (machine) => groupOf(machine, groupBy));
  return [...groups.keys()].sort(compareGroups).flatMap((key) => groups.get(key) ?? []);
}

const COLLATOR = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

function compareGroups(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return COLLATOR.compare(a, b);
}

/** Labels of at least two machines, the most used first: what is worth grouping by. Stacks are a group of their own. */
export function labelKeys(machines: readonly Machine[], limit: number): string[] {
  const counts = new Map<string, number>();
  for (const { labels } of machines) for (const key of Object.keys(labels)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts]
    .filter(([key, count]) => count > 1 && !key.endsWith('.compose.project'))
    .sort(([a, n], [b, m]) => m - n || COLLATOR.compare(a, b))
    .slice(0, limit)
    .map(([key]) => key);
}
