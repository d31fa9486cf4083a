import { z } from 'zod';
import { type MachineKind, type TerminalId, terminalId } from '../../../backend/contract/index.ts';

/** The terminals at the foot of the page. A container's is shown on the left and a VM's on the right when both are. */
export interface DockState {
  /** In the order of their tabs. */
  docked: readonly TerminalId[];
  /** Shown; `right` is null while the dock is not split, and then `left` shows either kind. */
  left: TerminalId | null;
  right: TerminalId | null;
  open: boolean;
  heightPx: number;
  /** The left side's share of the width. */
  leftShare: number;
}

export const EMPTY_DOCK: DockState = { docked: [], left: null, right: null, open: false, heightPx: 280, leftShare: 0.5 };
const LEAST_HEIGHT_PX = 120;
const LEAST_SHARE = 0.15;

/** Puts a session into the dock and shows it. */
export function dock(state: DockState, id: TerminalId): DockState {
  const docked = state.docked.includes(id) ? state.docked : [...state.docked, id];
  return show({ ...state, docked, open: true }, id);
}

/** Shows a docked session: in its place when it is shown already, else in place of the left one. */
export function show(state: DockState, id: TerminalId): DockState {
  if (!state.docked.includes(id)) return state;
  if (id === state.left || id === state.right) return { ...state, open: true };
  return { ...state, left: id, open: true };
}

/** Takes a session out; what is left takes its place. */
export function undock(state: DockState, id: TerminalId): DockState {
  const docked = state.docked.filter((other) => other !== id);
  const right = state.right === id ? null : state.right;
  const left = state.left === id ? (right ?? docked.at(-1) ?? null) : state.left;
  return { ...state, docked, left, right: right === left ? null : right, open: state.open && docked.length > 0 };
}

/** Puts one session in the place of another, if that is docked. */
export function exchange(state: DockState, from: TerminalId, to: TerminalId): DockState {
  const swap = (id: TerminalId) => (id === from ? to : id);
  return {
    ...state,
    docked: state.docked.map(swap),
    left: state.left === null ? null : swap(state.left),
    right: state.right === null ? null : swap(state.right),
  };
}

/** Shows two side by side: the container to port, the VM to starboard; of one kind, as they were given. */
export function split(
  state: DockState,
  pair: readonly [TerminalId, TerminalId],
  kindOf: (id: TerminalId) => MachineKind | null,
): DockState {
  const [first, second] = pair;
  if (first === second) return show(state, first);
  const docked = [...state.docked, ...pair.filter((id) => !state.docked.includes(id))];
  const swap = kindOf(first) === 'vm' && kindOf(second) === 'container';
  return { ...state, docked, left: swap ? second : first, right: swap ? first : second, open: true };
}

/** Back to one terminal. */
export function unsplit(state: DockState): DockState {
  return { ...state, right: null };
}

/** What is docked may have ended while nobody looked. */
export function keepOnly(state: DockState, known: ReadonlySet<TerminalId>): DockState {
  return state.docked.filter((id) => !known.has(id)).reduce(undock, state);
}

export function resizeDock(state: DockState, heightPx: number, pageHeightPx: number): DockState {
  const most = Math.max(LEAST_HEIGHT_PX, pageHeightPx * 0.8);
  return { ...state, heightPx: Math.round(Math.min(most, Math.max(LEAST_HEIGHT_PX, heightPx))) };
}

export function moveDivider(state: DockState, leftShare: number): DockState {
  return { ...state, leftShare: Math.min(1 - LEAST_SHARE, Math.max(LEAST_SHARE, leftShare)) };
}

const stored = z.object({
  docked: z.array(terminalId),
  left: terminalId.nullable(),
  right: terminalId.nullable(),
  open: z.boolean(),
  heightPx: z.number(),
  leftShare: z.number(),
});

/** What was remembered over a reload; the empty dock when it cannot be read. */
export function readDock(text: string | null): DockState {
  if (text === null) return EMPTY_DOCK;
  try {
    const result = stored.safeParse(JSON.parse(text));
    return result.success ? result.data : EMPTY_DOCK;
  } catch {
    return EMPTY_DOCK;
  }
}
