import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Machine } from '../../../backend/contract/index.ts';
import { sortMachines } from './list-machines.ts';
import { niceBytesTop, niceTop, sharedTop } from './scale.ts';

const make = (name: string, over: Partial<Machine> = {}) =>
  ({
    id: `docker/${name}`,
    name,
    state: 'running',
    image: { id: null, name: 'nginx:1.27' },
    ports: [],
    engineId: 'docker',
    startTiming: null,
    ...over,
  }) as Machine;
const names = (machines: Machine[]) => machines.map(({ name }) => name);
const none = () => Number.NaN;

test('names sort as people count: web-2 before web-10', () => {
  const sorted = sortMachines([make('web-10'), make('web-2'), make('db')], {
    sort: { column: 'name', direction: 'ascending' },
    measured: none,
  });
  expect(names(sorted)).toEqual(['db', 'web-2', 'web-10']);
});

test('what is missing stands last in either direction', () => {
  const cpu: Record<string, number> = { a: 0.5, b: Number.NaN, c: 2 };
  const measured = (machine: Machine) => cpu[machine.name] ?? Number.NaN;
  const machines = [make('a'), make('b'), make('c')];
  expect(names(sortMachines(machines, { sort: { column: 'cpu', direction: 'ascending' }, measured }))).toEqual(['a', 'c', 'b']);
  expect(names(sortMachines(machines, { sort: { column: 'cpu', direction: 'descending' }, measured }))).toEqual(['c', 'a', 'b']);
});

test('the longest uptime is the earliest start, and failures come first by state', () => {
  const machines = [make('young', { startedAtMs: 9 }), make('old', { startedAtMs: 1 }), make('broken', { state: 'failed' })];
  expect(names(sortMachines(machines, { sort: { column: 'uptime', direction: 'descending' }, measured: none }))).toEqual([
    'old',
    'young',
    'broken',
  ]);
  expect(names(sortMachines(machines, { sort: { column: 'state', direction: 'ascending' }, measured: none }))[0]).toBe('broken');
});

test('the top of a scale holds the value and is not far above it', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e15, noNaN: true }), (value) => {
      for (const [top, factor] of [
        [niceTop(value, 1e-9), 2.6],
        [niceBytesTop(value, 1e-9), 2.1],
      ] as const) {
        expect(top).toBeGreaterThanOrEqual(value * 0.999);
        expect(top).toBeLessThanOrEqual(value * factor);
      }
    }),
  );
  expect(niceTop(0, 0.1)).toBe(0.1);
  expect(niceTop(Number.NaN, 0.1)).toBe(0.1);
});

test('a shared scale is computed once a version', () => {
  let version = 1;
  let computed = 0;
  const top = sharedTop(
    () => version,
    () => ++computed,
  );
  expect([top(), top()]).toEqual([1, 1]);
  version = 2;
  expect(top()).toBe(2);
});
