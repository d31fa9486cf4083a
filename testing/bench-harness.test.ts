import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compare, describeHost, interleave, loadBench, spreadOf } from '../bench/harness.ts';

const quiet = { log() {}, signal: new AbortController().signal };

test('a spread is ordered, and its ends and middle are values that were measured', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), { minLength: 1 }), (drawn) => {
      // No time is minus zero.
      const values = drawn.map((value) => value + 0);
      const { min, q1, median, q3, max } = spreadOf(values);
      expect(min).toBe(Math.min(...values));
      expect(max).toBe(Math.max(...values));
      const ordered = [min, q1, median, q3, max];
      for (const [index, value] of ordered.entries()) expect(value).toBeGreaterThanOrEqual((ordered[index - 1] ?? min) - 1e-6);
      if (values.length % 2 === 1) expect(values).toContain(median);
    }),
  );
});

test('a failed run cannot hide in a median', () => {
  expect(() => spreadOf([1, Number.NaN, 3])).toThrow(RangeError);
  expect(() => spreadOf([])).toThrow(RangeError);
});

test('the ratio is of the medians, its spread is of the pairs', () => {
  const result = compare({ ours: [1, 2, 9], peer: [2, 2, 3], unit: 's' });
  expect(result).toMatchObject({ ours: 2, peer: 2, ratio: 1, n: 3, unit: 's' });
  expect(result.spread.ratio).toMatchObject({ min: 0.5, median: 1, max: 3 });
});

test('warm-up pairs run and are not counted, and neither side always goes first', async () => {
  const order: string[] = [];
  const side = (name: string) => async () => order.push(name);
  const result = await interleave({ ours: side('ours'), peer: side('peer'), runs: 60, warmup: 2, unit: 's' }, quiet);
  expect(order).toHaveLength(124);
  expect(result.n).toBe(60);
  const first = new Set(order.filter((_, index) => index % 2 === 0));
  expect(first).toEqual(new Set(['ours', 'peer']));
  for (let pair = 0; pair < order.length; pair += 2) expect(order[pair]).not.toBe(order[pair + 1]);
});

test('fewer than seven runs are refused', async () => {
  const one = async () => 1;
  await expect(interleave({ ours: one, peer: one, runs: 6, warmup: 0, unit: 's' }, quiet)).rejects.toThrow(RangeError);
});

test('an unknown bench, or a path in its place, is refused by name', async () => {
  await expect(loadBench('no-such-bench')).rejects.toThrow('no-such-bench');
  await expect(loadBench('../package')).rejects.toThrow('../package');
  await expect(loadBench('harness')).rejects.toThrow('must export');
});

test('the host is described by what the numbers depend on', () => {
  const host = describeHost('tcg');
  expect(host).toMatchObject({ node: process.version, accelerator: 'tcg' });
  expect(host.cores).toBeGreaterThan(0);
  expect(host.memoryBytes).toBeGreaterThan(0);
});
