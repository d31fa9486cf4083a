import type { Machine, MachineId } from '../../../backend/contract/index.ts';

/** One line of the two hulls. `tied`: the two are twins; else they stand beside each other by chance. */
export interface HullPair {
  key: string;
  container: Machine | null;
  vm: Machine | null;
  tied: boolean;
}

/** Twins first, opposite each other, newest first; then each hull's single ones, newest first, side by side. */
export function pairMachines(machines: Iterable<Machine>): HullPair[] {
  const all = [...machines].sort(newestFirst);
  const vms = new Map(all.flatMap((machine) => (machine.kind === 'vm' && machine.twinId !== null ? [[machine.twinId, machine]] : [])));
  const paired = new Set<MachineId>();
  const twins: HullPair[] = [];
  for (const container of all) {
    if (container.kind !== 'container' || container.twinId === null) continue;
    const vm = vms.get(container.twinId);
    if (vm === undefined || paired.has(vm.id)) continue;
    paired.add(container.id).add(vm.id);
    twins.push({ key: container.twinId, container, vm, tied: true });
  }
  const single = all.filter((machine) => !paired.has(machine.id));
  const left = single.filter((machine) => machine.kind === 'container');
  const right = single.filter((machine) => machine.kind === 'vm');
  const rest = Array.from({ length: Math.max(left.length, right.length) }, (_, i): HullPair => {
    const container = left[i] ?? null;
    const vm = right[i] ?? null;
    return { key: `${container?.id ?? ''}|${vm?.id ?? ''}`, container, vm, tied: false };
  });
  return [...twins, ...rest];
}

function newestFirst(a: Machine, b: Machine): number {
  return (b.createdAtMs ?? 0) - (a.createdAtMs ?? 0) || (a.id < b.id ? -1 : 1);
}

export interface HullTotals {
  total: number;
  running: number;
  /** Middle of the times from request to running, without the making of disks; null when none is known. */
  startMedianMs: number | null;
}

export function hullTotals(machines: readonly Machine[]): HullTotals {
  const starts = machines
    .flatMap(({ startTiming }) => (startTiming?.runningMs == null ? [] : [startTiming.runningMs - startTiming.preparationMs]))
    .sort((a, b) => a - b);
  const middle = starts.length >> 1;
  const upper = starts[middle];
  const startMedianMs = upper === undefined ? null : starts.length % 2 === 1 ? upper : ((starts[middle - 1] ?? upper) + upper) / 2;
  return { total: machines.length, running: machines.filter(({ state }) => state === 'running').length, startMedianMs };
}
