import fc from 'fast-check';
import { expect, test } from 'vitest';
import { METRICS, type Metric } from '../contract/index.ts';
import { emptyReading, type Reading, rates } from './reading.ts';

const COUNTERS = [
  ['cpuSeconds', 'cpuCores'],
  ['diskReadBytes', 'diskReadBytesPerS'],
  ['diskWriteBytes', 'diskWriteBytesPerS'],
  ['netReceiveBytes', 'netReceiveBytesPerS'],
  ['netSendBytes', 'netSendBytesPerS'],
] as const satisfies readonly (readonly [keyof Reading, Metric])[];
const GAUGES = ['memoryBytes', 'cacheBytes', 'guestMemoryBytes', 'processes'] as const satisfies readonly (keyof Reading & Metric)[];

const amount = fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 0, max: 1e12 }) }, fc.constant(Number.NaN));
const readingAt = (atMs: number) =>
  fc
    .record(Object.fromEntries([...COUNTERS.map(([key]) => key), ...GAUGES].map((key) => [key, amount])))
    .map((values) => ({ ...emptyReading(atMs), ...values }) as Reading);
const value = (sample: number[], metric: Metric) => sample[METRICS.indexOf(metric)] as number;

test('a rate times its time is what the counter grew by; one that fell or is missing is a gap', () => {
  fc.assert(
    fc.property(readingAt(0), readingAt(1), fc.integer({ min: 1, max: 100_000 }), (before, later, ms) => {
      const after = { ...later, atMs: ms, countersAtMs: ms };
      const sample = rates(before, after);
      for (const [counter, metric] of COUNTERS) {
        const change = after[counter] - before[counter];
        if (change >= 0) expect(value(sample, metric) * (ms / 1000)).toBeCloseTo(change, -3);
        else expect(value(sample, metric)).toBeNaN();
      }
      for (const gauge of GAUGES) expect(value(sample, gauge)).toBe(after[gauge]);
    }),
  );
});

test('nothing is ever infinite or negative', () => {
  fc.assert(
    fc.property(readingAt(0), readingAt(0), fc.integer({ min: -1000, max: 1000 }), (before, later, ms) => {
      for (const each of rates(before, { ...later, atMs: ms, countersAtMs: ms }))
        expect(Number.isNaN(each) || (Number.isFinite(each) && each >= 0)).toBe(true);
    }),
  );
});

test('the first reading has gauges and no rates', () => {
  const sample = rates(null, { ...emptyReading(5), cpuSeconds: 3, memoryBytes: 7, netSendBytes: 9 });
  expect(value(sample, 'memoryBytes')).toBe(7);
  for (const [, metric] of COUNTERS) expect(value(sample, metric)).toBeNaN();
});

test('counters that come from elsewhere have a time of their own', () => {
  const before = { ...emptyReading(1000), countersAtMs: 500, cpuSeconds: 1, diskReadBytes: 100 };
  const stale = { ...before, atMs: 2000, cpuSeconds: 2 };
  expect(value(rates(before, stale), 'diskReadBytesPerS')).toBeNaN();
  expect(value(rates(before, stale), 'cpuCores')).toBe(1);
  const fresh = { ...stale, atMs: 3000, countersAtMs: 2500, diskReadBytes: 300 };
  expect(value(rates(stale, fresh), 'diskReadBytesPerS')).toBe(100);
});
