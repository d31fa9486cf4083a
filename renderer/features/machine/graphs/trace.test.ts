import { expect, test } from 'vitest';
import { measuredRuns, positionAt, traceRun } from './trace.ts';

const floats = (...values: number[]) => Float64Array.from(values);

test('a gap is a value that was not measured, or a pause', () => {
  expect(measuredRuns(floats(1, 2, 3, 4), floats(1, 2, 3, 4), 1.5)).toEqual([[0, 3]]);
  expect(measuredRuns(floats(1, 2, 3, 4), floats(1, NaN, 3, 4), 1.5)).toEqual([
    [0, 0],
    [2, 3],
  ]);
  expect(measuredRuns(floats(1, 2, 9, 10), floats(0, 0, 0, 0), 1.5)).toEqual([
    [0, 1],
    [2, 3],
  ]);
  expect(measuredRuns(floats(1, 2), floats(NaN, NaN), 1.5)).toEqual([]);
});

test('one late tick of a 1 Hz history is no gap', () => {
  expect(measuredRuns(floats(1, 2, 3), floats(1, NaN, 3), 2.1)).toEqual([[0, 2]]);
});

test('a run is drawn from zero upwards, over values that are missing in it', () => {
  const drawn: [string, number, number][] = [];
  const pen = {
    moveTo: (x: number, y: number) => drawn.push(['move', x, y]),
    lineTo: (x: number, y: number) => drawn.push(['line', x, y]),
  };
  const box = { left: 10, top: 5, width: 100, height: 50 };
  traceRun(pen, [0, 2], { times: floats(0, 5, 10), values: floats(0, NaN, 2), box, scale: { from: 0, to: 10, top: 4 } });
  expect(drawn).toEqual([
    ['move', 10, 55],
    ['line', 110, 30],
  ]);
  drawn.length = 0;
  traceRun(pen, [0, 0], { times: floats(5), values: floats(4), box, scale: { from: 0, to: 10, top: 4 } });
  expect(drawn).toEqual([
    ['move', 60, 5],
    ['line', 61, 5],
  ]);
});

test('a time belongs to the bucket that started before it, unless that is long ago', () => {
  const times = floats(10, 20, 30);
  expect(positionAt(times, 9, 15)).toBe(-1);
  expect(positionAt(times, 10, 15)).toBe(0);
  expect(positionAt(times, 29.9, 15)).toBe(1);
  expect(positionAt(times, 44, 15)).toBe(2);
  expect(positionAt(times, 46, 15)).toBe(-1);
  expect(positionAt(floats(), 1, 15)).toBe(-1);
});
