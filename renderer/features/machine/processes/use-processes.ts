import { useRef } from 'react';
import type { MachineId, MachineProcesses } from '../../../../backend/contract/index.ts';
import { type Reading, useReading } from '../../../stores/index.ts';
import { type ProcessRow, processKey, processTree, usedCores } from './process-tree.ts';

const LOOK_EVERY_MS = 2000;

export interface ProcessRows {
  rows: ProcessRow[];
  more: number;
}

/** The processes while they are looked at. */
export function useProcesses(id: MachineId, isUp: boolean): Reading<ProcessRows> {
  const last = useRef<{ id: MachineId; processes: MachineProcesses; rows: ProcessRow[] } | null>(null);
  return useReading(
    async (client, signal) => {
      const before = last.current?.id === id ? last.current : null;
      const processes = await client.processes.list({ id }, { signal });
      const rows = toRows(processes, usedCores(before?.processes ?? null, processes), before?.rows ?? []);
      last.current = { id, processes, rows };
      return { rows, more: processes.more };
    },
    { of: isUp ? id : null, everyMs: LOOK_EVERY_MS },
  );
}

/** A row whose process has not changed stays the same object, and is not drawn again. */
function toRows(now: MachineProcesses, cores: ReadonlyMap<string, number>, last: readonly ProcessRow[]): ProcessRow[] {
  const lastRows = new Map(last.map((row) => [row.key, row]));
  return processTree(now.processes).map(({ process, depth }) => {
    const key = processKey(process);
    const row = { key, process, depth, cores: cores.get(key) ?? lastRows.get(key)?.cores ?? null };
    const before = lastRows.get(key);
    return before !== undefined && isSame(before, row) ? before : row;
  });
}

function isSame(a: ProcessRow, b: ProcessRow): boolean {
  const withoutAge = (row: ProcessRow) => JSON.stringify({ ...row, process: { ...row.process, ageMs: 0 } });
  return withoutAge(a) === withoutAge(b);
}
