import fc from 'fast-check';
import { expect, test } from 'vitest';
import { niceTop, timeTicks } from './axis.ts';

test('the top of an axis is the next round number', () => {
  expect(niceTop(0.93, 0.1, 'decimal')).toBe(1);
  expect(niceTop(1.2, 0.1, 'decimal')).toBe(2);
  expect(niceTop(0.001, 0.1, 'decimal')).toBeCloseTo(0.1);
  expect(niceTop(4200, 1000, 'decimal')).toBe(5000);
  expect(niceTop(150 * 2 ** 20, 2 ** 20, 'binary')).toBe(256 * 2 ** 20);
  expect(niceTop(600 * 2 ** 20, 2 ** 20, 'binary')).toBe(2 ** 30);
  expect(niceTop(0, 2 ** 20, 'binary')).toBe(2 ** 20);
});

test('whole things have a whole half', () => {
  expect([1, 2, 3, 5, 9, 11, 21, 95].map((count) => niceTop(count, 4, 'whole'))).toEqual([4, 4, 4, 6, 10, 20, 40, 100]);
});

test('nothing measured has an axis too', () => {
  expect(niceTop(NaN, NaN, 'decimal')).toBe(1);
  expect(niceTop(0, 0, 'decimal')).toBe(1);
});

test('whatever was measured fits, and fills a third of the axis or more', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e15, noNaN: true }), fc.constantFrom('binary', 'decimal'), (value, base) => {
      const top = niceTop(value, 0, base as 'binary');
      expect(top).toBeGreaterThanOrEqual(value * (1 - 1e-8));
      expect(value / top).toBeGreaterThan(0.33);
    }),
  );
});

test('time ticks are round local times', () => {
  const from = Date.UTC(2026, 10, 22, 10, 7, 13);
  expect(
    timeTicks(from, from + 15 * 60_000, { count: 6, offsetMinutes: 0 }).map((time) => new Date(time).toISOString().slice(11, 16)),
  ).toEqual(['10:10', '10:15', '10:20']);
  // India is half an hour off: full hours there are half hours in UTC.
  expect(timeTicks(from, from + 6 * 3_600_000, { count: 8, offsetMinutes: -330 })[0]).toBe(Date.UTC(2026, 10, 22, 10, 30));
});

test('ticks lie within the range and are never too many', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2e12 }), fc.integer({ min: 60_000, max: 86_400_000 }), (from, span) => {
      const ticks = timeTicks(from, from + span, { count: 8, offsetMinutes: -540 });
      expect(ticks.length).toBeLessThanOrEqual(9);
      expect(ticks.every((tick) => tick >= from && tick <= from + span)).toBe(true);
    }),
  );
});
