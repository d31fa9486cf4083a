import type { Machine, TerminalId } from '../../../backend/contract/index.ts';
import { split } from './dock-state.ts';
import { useTerminals } from './TerminalsProvider.tsx';

/** Shows a terminal of each of two twins side by side in the dock; those that are open already are taken. */
export function useBothHulls(): (one: Machine, other: Machine) => Promise<void> {
  const terminals = useTerminals();

  async function terminalOf(machine: Machine): Promise<TerminalId | null> {
    const { sessions } = terminals.store.getState();
    const open = [...(sessions?.values() ?? [])].findLast((session) => session.machineId === machine.id && !session.ended);
    if (open !== undefined) return open.id;
    const kind = machine.terminals.find((one) => one !== 'attach') ?? machine.terminals[0];
    return kind === undefined ? null : ((await terminals.open(machine.id, kind))?.id ?? null);
  }

  return async (one, other) => {
    const [first, second] = await Promise.all([terminalOf(one), terminalOf(other)]);
    if (first !== null && second !== null) terminals.setDock((state) => split(state, [first, second], terminals.machineKindOf));
  };
}
