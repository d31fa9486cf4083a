import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Machine, Problem, SnapshotId, SnapshotSchedule, SnapshotTree, Task, TaskKind } from '../../../backend/contract/index.ts';
import { useStores, useTasks } from '../../stores/index.ts';

const KINDS: readonly TaskKind[] = ['takeSnapshot', 'revertSnapshot', 'deleteSnapshot'];

export interface SnapshotsView {
  tree: SnapshotTree | null;
  problem: Problem | null;
  /** What is being done with them now. */
  work: Task | null;
  reload: () => void;
}

/** Read anew when the machine's state changes, and when something with its snapshots begins or ends. */
export function useSnapshots(machine: Machine): SnapshotsView {
  const { connection } = useStores();
  const [turn, setTurn] = useState(0);
  const [tree, setTree] = useState<SnapshotTree | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const tasks = useTasks().filter(({ kind, machineId }) => machineId === machine.id && KINDS.includes(kind));
  const work = tasks.find(({ state }) => state === 'running') ?? null;
  const lastEnd = Math.max(0, ...tasks.map(({ endedAtMs }) => endedAtMs ?? 0));
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above for what reads them again
  useEffect(() => {
    const over = new AbortController();
    connection.client.snapshots.get({ id: machine.id }, { signal: over.signal }).then(
      (found) => {
        if (over.signal.aborted) return;
        setTree(found);
        setProblem(null);
      },
      (error: unknown) => {
        if (!over.signal.aborted) setProblem(connection.problemOf(error));
      },
    );
    return () => over.abort();
  }, [connection, machine.id, machine.state, turn, lastEnd]);
  return { tree, problem, work, reload: useCallback(() => setTurn((before) => before + 1), []) };
}

export interface SnapshotCommands {
  /** Each tells its failure itself, and answers whether it went well. */
  take(request: { name: string; description: string; withMemory: boolean }): Promise<boolean>;
  rename(snapshotId: SnapshotId, words: { name: string; description: string }): Promise<boolean>;
  revert(snapshotId: SnapshotId, options: { keepAs: string | null; start: boolean }): Promise<boolean>;
  delete(snapshotId: SnapshotId): Promise<boolean>;
  setSchedule(schedule: SnapshotSchedule | null): Promise<boolean>;
}

export function useSnapshotCommands({ id, name: subject }: Machine): SnapshotCommands {
  const { connection, notices } = useStores();
  return useMemo(() => {
    const { snapshots } = connection.client;
    async function done(call: Promise<unknown>): Promise<boolean> {
      try {
        await call;
        return true;
      } catch (error) {
        notices.tell(connection.problemOf(error), subject);
        return false;
      }
    }
    return {
      take: (request) => done(snapshots.take({ id, ...request })),
      rename: (snapshotId, words) => done(snapshots.rename({ id, snapshotId, ...words })),
      revert: (snapshotId, options) => done(snapshots.revert({ id, snapshotId, ...options })),
      delete: (snapshotId) => done(snapshots.delete({ id, snapshotId })),
      setSchedule: (schedule) => done(snapshots.setSchedule({ id, schedule })),
    };
  }, [connection, notices, id, subject]);
}
