import type { MachineProcess } from '../../../../backend/contract/index.ts';

/** A process as the page shows it. */
export interface ProcessRow {
  /** Names one process for good. */
  key: string;
  process: MachineProcess;
  /** Steps from the top of the tree. */
  depth: number;
  /** Cores it used since it was looked at before; null at the first look. */
  cores: number | null;
}

export function processKey({ hostPid, startTicks }: MachineProcess): string {
  return `${hostPid}-${startTicks}`;
}

/** Every process behind its parent, in the order of their numbers; whose parent is not listed stands at the top. */
export function processTree(processes: readonly MachineProcess[]): { process: MachineProcess; depth: number }[] {
  const listed = new Set(processes.map(({ hostPid }) => hostPid));
  const children = new Map<number | null, MachineProcess[]>();
  for (const process of processes.toSorted((a, b) => a.hostPid - b.hostPid)) {
    const { parentHostPid: parent } = process;
    const place = parent !== null && listed.has(parent) ? parent : null;
    children.set(place, [...(children.get(place) ?? []), process]);
  }
  const rows: { process: MachineProcess; depth: number }[] = [];
  const add = (parent: number | null, depth: number) => {
    for (const process of children.get(parent) ?? []) {
      rows.push({ process, depth });
      add(process.hostPid, depth + 1);
    }
  };
  add(null, 0);
  return rows;
}

/** Cores that each used between two looks. */
export function usedCores(
  before: { processes: readonly MachineProcess[]; readAtMs: number } | null,
  now: { processes: readonly MachineProcess[]; readAtMs: number },
): ReadonlyMap<string, number> {
  const elapsed = before === null ? 0 : now.readAtMs - before.readAtMs;
  if (before === null || elapsed <= 0) return new Map();
  const cpuBefore = new Map(before.processes.map((process) => [processKey(process), process.cpuMs]));
  return new Map(
    now.processes.flatMap((process) => {
      const earlier = cpuBefore.get(processKey(process));
      return earlier === undefined ? [] : [[processKey(process), Math.max(0, process.cpuMs - earlier) / elapsed]];
    }),
  );
}
