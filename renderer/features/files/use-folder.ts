import { useCallback, useEffect, useState } from 'react';
import type { FileChange, FileListing, FilePlace, MachineId, Problem, TaskKind } from '../../../backend/contract/index.ts';
import { useStores, useTasks } from '../../stores/index.ts';

export interface Folder {
  listing: FileListing | null;
  changes: ReadonlyMap<string, FileChange['kind']>;
  problem: Problem | null;
  loading: boolean;
  reload: () => void;
  isFolder: (path: string) => Promise<boolean>;
}

/** Tasks that leave a folder as another one than it was. */
const CHANGING: readonly TaskKind[] = ['uploadFiles', 'cloneVolume', 'emptyVolume', 'importVolume'];

const NO_CHANGES: ReadonlyMap<string, FileChange['kind']> = new Map();

/** A folder as it is when it is asked for; the last one stays in sight until the next has come. */
export function useFolder({ place, path, changesOf }: { place: FilePlace; path: string; changesOf: MachineId | null }): Folder {
  const { connection } = useStores();
  const [turn, setTurn] = useState(0);
  const lastTask = Math.max(0, ...useTasks().map(({ kind, endedAtMs }) => (CHANGING.includes(kind) ? (endedAtMs ?? 0) : 0)));
  const [listing, setListing] = useState<FileListing | null>(null);
  const [changes, setChanges] = useState(NO_CHANGES);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [loading, setLoading] = useState(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn reads again, and so does the end of a task that may have changed it
  useEffect(() => {
    const over = new AbortController();
    const { files } = connection.client;
    setLoading(true);
    const read = async () => {
      try {
        const found = await files.list({ place, path }, { signal: over.signal });
        if (over.signal.aborted) return;
        setListing(found);
        setProblem(null);
        if (changesOf === null) return;
        const all = await files.changes({ machineId: changesOf }, { signal: over.signal }).catch(() => []);
        if (!over.signal.aborted) setChanges(new Map(all.map((change) => [change.path, change.kind])));
      } catch (error) {
        if (!over.signal.aborted) setProblem(connection.problemOf(error));
      } finally {
        if (!over.signal.aborted) setLoading(false);
      }
    };
    void read();
    return () => over.abort();
  }, [connection, place, path, changesOf, turn, lastTask]);
  const isFolder = useCallback(
    (at: string) =>
      connection.client.files.list({ place, path: at }).then(
        () => true,
        () => false,
      ),
    [connection, place],
  );
  return { listing, changes, problem, loading, reload: useCallback(() => setTurn((before) => before + 1), []), isFolder };
}
