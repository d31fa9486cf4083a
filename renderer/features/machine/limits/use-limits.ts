import { useCallback, useEffect, useState } from 'react';
import type { LimitsChange, LimitsReport, Machine, Problem } from '../../../../backend/contract/index.ts';
import { useStores } from '../../../stores/index.ts';

export interface LiveLimitsControl {
  report: LimitsReport | null;
  problem: Problem | null;
  /** The change that was made last, and the one that takes it back. */
  done: { change: LimitsChange; undo: LimitsChange } | null;
  busy: boolean;
  apply(change: LimitsChange): Promise<void>;
}

/** A machine's limits and what can be done about them; asked again whenever they have changed, by whomever. */
export function useLimits({ id, limits, state }: Machine): LiveLimitsControl {
  const { connection } = useStores();
  const [report, setReport] = useState<LimitsReport | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [done, setDone] = useState<LiveLimitsControl['done']>(null);
  const [busy, setBusy] = useState(false);
  const [turn, setTurn] = useState(0);
  const { cpus, memoryBytes, processes } = limits;

  // biome-ignore lint/correctness/useExhaustiveDependencies: other limits are another report
  useEffect(() => {
    const leaving = new AbortController();
    connection.client.limits.get({ id }, { signal: leaving.signal }).then(setReport, (error: unknown) => {
      if (!leaving.signal.aborted) setProblem(connection.problemOf(error));
    });
    return () => leaving.abort();
  }, [connection, id, state, cpus, memoryBytes, processes, turn]);

  const apply = useCallback(
    async (change: LimitsChange) => {
      if (report === null) return;
      setBusy(true);
      try {
        await connection.client.limits.set({ id, change });
        setDone({ change, undo: undoOf(change, report) });
        setProblem(null);
      } catch (error) {
        setProblem(connection.problemOf(error));
      } finally {
        setBusy(false);
        setTurn((count) => count + 1);
      }
    },
    [connection, id, report],
  );
  return { report, problem, done, busy, apply };
}

/** What was there before, as far as the engine can bring it back; weights that were not set are the usual ones. */
function undoOf(change: LimitsChange, { limits, removable }: LimitsReport): LimitsChange {
  const undo: LimitsChange = {};
  for (const limit of ['cpus', 'memoryBytes', 'processes'] as const) {
    if (change[limit] !== undefined && (limits[limit] !== null || removable.includes(limit))) undo[limit] = limits[limit];
  }
  if (change.swapBytes !== undefined && limits.swapBytes !== null) undo.swapBytes = limits.swapBytes;
  if (change.cpuShares !== undefined) undo.cpuShares = limits.cpuShares ?? USUAL_SHARES;
  if (change.ioWeight !== undefined) undo.ioWeight = limits.ioWeight ?? USUAL_IO_WEIGHT;
  return undo;
}

export const USUAL_SHARES = 1024;
export const USUAL_IO_WEIGHT = 100;
