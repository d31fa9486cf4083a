import { expect, test } from 'vitest';
import { type MachineKind, type TerminalId, terminalId } from '../../../backend/contract/index.ts';
import { dock, EMPTY_DOCK, exchange, keepOnly, moveDivider, readDock, resizeDock, show, split, undock, unsplit } from './dock-state.ts';

const [a, b, c] = ['a', 'b', 'c'].map((text) => terminalId.parse(text)) as [TerminalId, TerminalId, TerminalId];
const kinds = new Map<TerminalId, MachineKind>([
  [a, 'vm'],
  [b, 'container'],
  [c, 'container'],
]);
const kindOf = (id: TerminalId) => kinds.get(id) ?? null;

test('a docked session is shown, once', () => {
  const state = dock(dock(dock(EMPTY_DOCK, a), b), a);
  expect(state).toMatchObject({ docked: [a, b], left: a, right: null, open: true });
  expect(show(state, b).left).toBe(b);
  expect(show(state, c)).toBe(state);
});

test('both hulls: the container on the left whatever was docked first', () => {
  expect(split(dock(EMPTY_DOCK, a), [a, b], kindOf)).toMatchObject({ docked: [a, b], left: b, right: a });
  expect(split(EMPTY_DOCK, [b, c], kindOf)).toMatchObject({ left: b, right: c });
  expect(split(dock(EMPTY_DOCK, a), [a, a], kindOf)).toMatchObject({ left: a, right: null });
});

test('when one side goes, the other takes the whole width', () => {
  const both = split(EMPTY_DOCK, [b, a], kindOf);
  expect(undock(both, b)).toMatchObject({ docked: [a], left: a, right: null, open: true });
  expect(undock(both, a)).toMatchObject({ docked: [b], left: b, right: null });
  expect(undock(undock(both, a), b)).toMatchObject({ docked: [], left: null, open: false });
  expect(unsplit(both)).toMatchObject({ docked: [b, a], left: b, right: null });
});

test('a third session replaces the left one and leaves the right one', () => {
  expect(dock(split(EMPTY_DOCK, [b, a], kindOf), c)).toMatchObject({ docked: [b, a, c], left: c, right: a });
});

test('a new session takes the place of one that has ended', () => {
  expect(exchange(split(EMPTY_DOCK, [b, a], kindOf), b, c)).toMatchObject({ docked: [c, a], left: c, right: a });
  expect(exchange(dock(EMPTY_DOCK, a), b, c)).toEqual(dock(EMPTY_DOCK, a));
});

test('sessions that are gone leave the dock', () => {
  expect(keepOnly(split(EMPTY_DOCK, [b, a], kindOf), new Set([a]))).toMatchObject({ docked: [a], left: a, right: null });
});

test('sizes stay usable', () => {
  expect(resizeDock(EMPTY_DOCK, 5, 800).heightPx).toBe(120);
  expect(resizeDock(EMPTY_DOCK, 5000, 800).heightPx).toBe(640);
  expect(moveDivider(EMPTY_DOCK, 0).leftShare).toBe(0.15);
  expect(moveDivider(EMPTY_DOCK, 1).leftShare).toBe(0.85);
});

test('a reload brings the dock back; nonsense does not', () => {
  const state = split(EMPTY_DOCK, [b, a], kindOf);
  expect(readDock(JSON.stringify(state))).toEqual(state);
  for (const text of [null, '', '{', '{}', '{"docked":[1]}']) expect(readDock(text)).toEqual(EMPTY_DOCK);
});
