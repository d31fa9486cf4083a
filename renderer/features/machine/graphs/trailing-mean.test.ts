import { expect, test } from 'vitest';
import { TrailingMean } from './trailing-mean.ts';

test('steps of a coarse clock become the rate over the last second', () => {
  const mean = new TrailingMean(1000);
  const seen = Array.from({ length: 40 }, (_, tick) => mean.add(tick * 100, tick % 10 < 3 ? 0.1 : 0));
  for (const value of seen.slice(10)) expect(value).toBeCloseTo(0.03);
});

test('a sample a second is itself', () => {
  const mean = new TrailingMean(1000);
  expect([0, 1, 2].map((second) => mean.add(second * 1000, second))).toEqual([0, 1, 2]);
});

test('does not reach over a gap', () => {
  const mean = new TrailingMean(1000);
  mean.add(0, 8);
  expect(mean.add(100, null)).toBeNull();
  expect(mean.add(200, 2)).toBe(2);
});
