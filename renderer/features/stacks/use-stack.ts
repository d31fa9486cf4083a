import { useEffect, useMemo, useState } from 'react';
import {
  type ComposeTool,
  type EngineId,
  type Problem,
  type StackDefinition,
  type StackRef,
  type StackRun,
  stackKey,
} from '../../../backend/contract/index.ts';
import { useInventory, useProjects, useStores } from '../../stores/index.ts';
import { listStacks, type StackEntry } from './list-stacks.ts';

export function useStackEntries(): StackEntry[] {
  const machines = useInventory((inventory) => inventory.machines);
  const projects = useProjects();
  return useMemo(() => listStacks(machines.values(), projects), [machines, projects]);
}

/** The last command on the stack, live; null before the first. */
export function useStackRun({ engineId, name }: StackRef): StackRun | null {
  const { connection } = useStores();
  const [run, setRun] = useState<StackRun | null>(null);
  useEffect(() => {
    const left = new AbortController();
    setRun(null);
    connection
      .follow((client, signal) => client.stacks.watchRun({ engineId, name }, { signal }), setRun, left.signal)
      // An engine that went away shows elsewhere; the page asks again when it is opened again.
      .catch(() => {});
    return () => left.abort();
  }, [connection, engineId, name]);
  return run;
}

export type Loaded<T> = { status: 'loading' } | { status: 'ready'; value: T } | { status: 'failed'; problem: Problem };

/** Undefined until it is known; null when there is none. */
export function useComposeTool(engineId: EngineId): ComposeTool | null | undefined {
  const { connection } = useStores();
  const [tool, setTool] = useState<ComposeTool | null | undefined>(undefined);
  useEffect(() => {
    const left = new AbortController();
    connection.client.stacks.tool({ engineId }, { signal: left.signal }).then(setTool, () => {});
    return () => left.abort();
  }, [connection, engineId]);
  return tool;
}

/** What its files say; read again on `reload` and whenever they are others. */
export function useDefinition(entry: StackEntry): {
  definition: Loaded<StackDefinition>;
  reload: () => void;
  set: (definition: StackDefinition) => void;
} {
  const { connection } = useStores();
  const [definition, setDefinition] = useState<Loaded<StackDefinition>>({ status: 'loading' });
  const [turn, setTurn] = useState(0);
  const { engineId, name } = entry;
  const files = entry.files.join('\n');
  const key = `${stackKey(entry)}\n${files}\n${turn}`;
  useEffect(() => {
    const left = new AbortController();
    // `key` says what is read; a stack without files has nothing to read.
    if (key !== '' && files !== '') {
      connection.client.stacks.definition({ engineId, name }, { signal: left.signal }).then(
        (value) => setDefinition({ status: 'ready', value }),
        (error) => {
          if (!left.signal.aborted) setDefinition({ status: 'failed', problem: connection.problemOf(error) });
        },
      );
    }
    return () => left.abort();
  }, [connection, engineId, name, files, key]);
  return {
    definition,
    reload: () => setTurn((before) => before + 1),
    set: (value) => setDefinition({ status: 'ready', value }),
  };
}
