import type { Machine, MachineAction, MachineState } from '../contract/index.ts';

const ALLOWED: Record<MachineState, readonly MachineAction[]> = {
  creating: ['remove'],
  starting: ['stop', 'kill', 'remove'],
  running: ['stop', 'restart', 'pause', 'kill', 'remove'],
  paused: ['resume', 'stop', 'restart', 'kill', 'remove'],
  saving: ['kill', 'remove'],
  stopping: ['kill', 'remove'],
  stopped: ['start', 'remove'],
  suspended: ['start', 'discard', 'remove'],
  failed: ['start', 'remove'],
};

/** What a machine's state allows, the same for every kind. */
export function allowedActions(state: MachineState): MachineAction[] {
  return [...ALLOWED[state]];
}

const LIVE: ReadonlySet<MachineState> = new Set(['starting', 'running', 'paused', 'saving', 'stopping']);

/** Removing a machine ends what runs in it, so one that runs is removed by `force` only. */
export function isAllowed(
  { state, actions }: Pick<Machine, 'state' | 'actions'>,
  action: MachineAction,
  options: { force: boolean },
): boolean {
  return action === 'remove' && LIVE.has(state) ? options.force : actions.includes(action);
}
