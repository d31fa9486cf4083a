import { expect, test } from 'vitest';
import { METRICS, type MetricsHistory } from '../../../../backend/contract/index.ts';
import { SampleSeries } from './sample-series.ts';

/** A row of METRICS with `cpuCores` set. */
const row = (cpu: number | null) => METRICS.map((_, index) => (index === 0 ? cpu : null));

function history(stepMs: number, times: number[], cpu: (number | null)[]): MetricsHistory {
  const column = METRICS.map((_, index) => (index === 0 ? cpu : times.map(() => null)));
  return { timesMs: times, stepMs, means: column, maxima: column };
}
const cpuOf = (series: SampleSeries) => Array.from(series.columns().means[0] ?? []);

test('live samples follow each other; what was not measured is NaN, never 0', () => {
  const series = new SampleSeries(60_000, 1000);
  series.append(1000, row(0.5));
  series.append(2000, row(null));
  series.append(3000, row(0));
  expect(cpuOf(series)).toEqual([0.5, NaN, 0]);
  expect(Array.from(series.columns().times)).toEqual([1, 2, 3]);
  expect(series.columns().means).toHaveLength(METRICS.length);
  expect(series.columns().means[1]?.[0]).toBeNaN();
});

test('a wide bucket holds the mean and the highest of its samples', () => {
  const series = new SampleSeries(3_600_000, 4000);
  for (const [time, value] of [
    [0, 1],
    [1000, 3],
    [2000, null],
    [2900, 2],
    [4000, 9],
  ] as const)
    series.append(time + 1000, row(value));
  expect(cpuOf(series)).toEqual([2, 9]);
  expect(Array.from(series.columns().maxima[0] ?? [])).toEqual([3, 9]);
});

test('samples that are not newer are left out', () => {
  const series = new SampleSeries(60_000, 1000);
  series.append(5000, row(1));
  series.append(5000, row(7));
  series.append(2000, row(7));
  expect(cpuOf(series)).toEqual([1]);
});

test('what lies outside the span goes, over many rounds', () => {
  const series = new SampleSeries(10_000, 100);
  for (let tick = 1; tick <= 5000; tick++) series.append(tick * 100, row(tick));
  const { times } = series.columns();
  expect(times.at(-1)).toBe(500);
  expect(times[0]).toBeGreaterThanOrEqual(489.5);
  expect(times[0]).toBeLessThanOrEqual(490);
  expect(cpuOf(series).at(-1)).toBe(5000);
  expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0))).toBe(true);
});

test('survives samples that come faster than promised', () => {
  const series = new SampleSeries(1000, 1000);
  for (let tick = 1; tick <= 300; tick++) series.append(tick * 750, row(1));
  expect(series.length).toBeGreaterThan(1);
});

test('a history that arrives late goes before the live samples', () => {
  const series = new SampleSeries(60_000, 1000);
  series.append(10_000, row(1));
  series.append(11_000, row(2));
  series.prepend(history(1000, [7000, 8000, 9000, 10_000, 11_000], [0.1, null, 0.3, 5, 5]));
  expect(cpuOf(series)).toEqual([0.1, NaN, 0.3, 1, 2]);
  series.append(12_000, row(3));
  expect(cpuOf(series)).toEqual([0.1, NaN, 0.3, 1, 2, 3]);
  expect(series.lastMs).toBe(12_000);
});

test('a gap is told by the widest buckets', () => {
  const series = new SampleSeries(900_000, 2000);
  expect(series.gapSeconds).toBe(3);
  series.prepend(history(15_000, [0, 15_000], [1, 2]));
  expect(series.gapSeconds).toBe(22.5);
  expect(new SampleSeries(60_000, 100).gapSeconds).toBe(2.1);
});

test('live samples go on in the last bucket of a history', () => {
  const series = new SampleSeries(60_000, 10_000);
  series.prepend(history(10_000, [0, 10_000], [1, 2]));
  series.append(12_000, row(4));
  expect(cpuOf(series)).toEqual([1, 3]);
  series.append(20_000, row(8));
  expect(cpuOf(series)).toEqual([1, 3, 8]);
});

test('a history longer than the series keeps its newest part', () => {
  const series = new SampleSeries(5000, 1000);
  const times = Array.from({ length: 500 }, (_, index) => index * 1000);
  series.prepend(
    history(
      1000,
      times,
      times.map((time) => time / 1000),
    ),
  );
  expect(cpuOf(series).at(-1)).toBe(499);
  series.append(500_000, row(500));
  expect(cpuOf(series).at(-1)).toBe(500);
});
