import { useEffect, useState } from 'react';
import type { MachineId, MachineProcesses, Problem } from '../../../../backend/contract/index.ts';
import { useStores } from '../../../stores/index.ts';
import { type ProcessRow, processKey, processTree, usedCores } from './process-tree.ts';

const LOOK_EVERY_MS = 2000;

export interface Reading {
  rows: ProcessRow[];
  more: number;
}

/** The processes while they are looked at: a new look some time after the last was answered, and at once after `turn` changed. */
export function useProcesses(id: MachineId, isUp: boolean, turn: number): { reading: Reading | null; problem: Problem | null } {
  const { connection } = useStores();
  const [reading, setReading] = useState<Reading | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another turn looks again
  useEffect(() => {
    if (!isUp) return;
    const ending = new AbortController();
    const { signal } = ending;
    let before: MachineProcesses | null = null;
    const look = async () => {
      while (!signal.aborted) {
        try {
          const now = await connection.client.processes.list({ id }, { signal });
          if (signal.aborted) return;
          const cores = usedCores(before, now);
          before = now;
          setReading((last) => ({ rows: toRows(now, cores, last), more: now.more }));
          setProblem(null);
        } catch (error) {
          if (signal.aborted) return;
          setProblem(connection.problemOf(error));
        }
        await waitUntilSeen(LOOK_EVERY_MS, signal);
      }
    };
    void look();
    return () => ending.abort();
  }, [connection, id, isUp, turn]);
  return { reading: isUp ? reading : null, problem: isUp ? problem : null };
}

/** A row whose process has not changed stays the same object, and is not drawn again. */
function toRows(now: MachineProcesses, cores: ReadonlyMap<string, number>, last: Reading | null): ProcessRow[] {
  const lastRows = new Map(last?.rows.map((row) => [row.key, row]));
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

/** Waits a while, and until the page can be seen. */
function waitUntilSeen(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
      resolve();
    };
    const look = () => {
      if (!document.hidden) end();
    };
    const timer = setTimeout(() => {
      document.addEventListener('visibilitychange', look);
      look();
    }, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
