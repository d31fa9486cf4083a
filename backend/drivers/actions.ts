import type { MachineAction, MachineState } from '../contract/index.ts';

const ALLOWED: Record<MachineState, readonly MachineAction[]> = {
  creating: ['remove'],
  starting: ['stop', 'kill'],
  running: ['stop', 'restart', 'pause', 'kill'],
  paused: ['resume', 'stop', 'restart', 'kill'],
  stopping: ['kill'],
  stopped: ['start', 'remove'],
  failed: ['start', 'remove'],
};

/** What a machine's state allows, the same for every kind. `remove` with `force` is possible in every state besides. */
export function allowedActions(state: MachineState): MachineAction[] {
  return [...ALLOWED[state]];
}
