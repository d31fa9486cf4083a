import { groupStacks, type Machine, type Stack, type StackProject, type StackRef, stackKey } from '../../../backend/contract/index.ts';

/** One line of the list: what runs, what was opened here, or both. */
export interface StackEntry extends StackRef {
  /** With no services while none of its containers are there. */
  stack: Stack;
  project: StackProject | null;
  /** On the engine's host; empty when nothing says where they are. */
  files: readonly string[];
}

export function listStacks(machines: Iterable<Machine>, projects: readonly StackProject[]): StackEntry[] {
  const entries = new Map<string, StackEntry>();
  for (const stack of groupStacks(machines)) {
    const { engineId, name, files } = stack;
    entries.set(stackKey(stack), { engineId, name, stack, project: null, files });
  }
  for (const project of projects) {
    const { engineId, name, files } = project;
    const stack = entries.get(stackKey(project))?.stack ?? { engineId, name, services: [], machines: [], files };
    entries.set(stackKey(project), { engineId, name, stack, project, files });
  }
  return [...entries.values()].sort((a, b) => COLLATOR.compare(a.name, b.name) || (a.engineId < b.engineId ? -1 : 1));
}

const COLLATOR = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

export interface Tally {
  running: number;
  total: number;
  state: 'running' | 'starting' | 'paused' | 'stopped' | 'failed';
}

/** What the worst of them says, and how many run. */
export function tally(machines: readonly Machine[]): Tally {
  const has = (...states: Machine['state'][]) => machines.some(({ state }) => states.includes(state));
  const running = machines.filter(({ state }) => state === 'running').length;
  const state = has('failed')
    ? 'failed'
    : has('starting', 'stopping', 'creating')
      ? 'starting'
      : running > 0
        ? 'running'
        : has('paused')
          ? 'paused'
          : 'stopped';
  return { running, total: machines.length, state };
}
