import { expect, test } from 'vitest';
import { METRICS, type MetricSubject, metricSubject } from '../../backend/contract/index.ts';
import { MetricsWindow, WINDOW_SLOTS } from './metrics.ts';

const one = metricSubject.parse('docker-default/one');
const other = metricSubject.parse('docker-default/other');
const tick = (second: number, ...values: [MetricSubject, number][]) => ({
  timeMs: second * 1000,
  samples: values.map(([subject, cpu]) => ({ subject, values: METRICS.map((metric) => (metric === 'cpuCores' ? cpu : null)) })),
});
const read = (window: MetricsWindow, subject: MetricSubject) => [...window.read(subject, 'cpuCores', new Float64Array(WINDOW_SLOTS))];

test('values stand in the order of time, the newest last, and what was not measured is NaN', () => {
  const window = new MetricsWindow();
  for (let second = 1; second <= 3; second++) window.append(tick(second, [one, second]));
  expect(read(window, one).slice(-4)).toEqual([Number.NaN, 1, 2, 3]);
  expect(window.latest(one, 'cpuCores')).toBe(3);
  expect(window.latest(one, 'memoryBytes')).toBeNaN();
});

test('seconds without a tick are a gap, and a longer pause empties the window', () => {
  const window = new MetricsWindow();
  window.append(tick(1, [one, 1]));
  window.append(tick(4, [one, 4]));
  expect(read(window, one).slice(-4)).toEqual([1, Number.NaN, Number.NaN, 4]);
  window.append(tick(1000, [one, 5]));
  expect(read(window, one).filter((value) => !Number.isNaN(value))).toEqual([5]);
});

test('a reading that is a little late still counts, an old one does not', () => {
  const window = new MetricsWindow();
  window.append(tick(1, [one, 1], [other, 1]));
  window.append(tick(2, [one, 2]));
  expect(window.latest(other, 'cpuCores')).toBe(1);
  window.append(tick(4, [one, 4]));
  expect(window.latest(other, 'cpuCores')).toBeNaN();
});

test('the window holds its length and no more, for as long as it runs', () => {
  const window = new MetricsWindow();
  for (let second = 1; second <= 3 * WINDOW_SLOTS; second++) window.append(tick(second, [one, second]));
  const values = read(window, one);
  expect(values[0]).toBe(2 * WINDOW_SLOTS + 1);
  expect(values.at(-1)).toBe(3 * WINDOW_SLOTS);
  expect(window.highest([one, other], 'cpuCores')).toBe(3 * WINDOW_SLOTS);
});

test('history fills what was before, and never what was measured live', () => {
  const window = new MetricsWindow();
  window.append(tick(10, [one, 10]));
  const means = METRICS.map((metric) => (metric === 'cpuCores' ? [8, 99] : [null, null]));
  window.backfill(one, { timesMs: [8000, 10_000], stepMs: 1000, means, maxima: means });
  expect(read(window, one).slice(-4)).toEqual([Number.NaN, 8, Number.NaN, 10]);
});
