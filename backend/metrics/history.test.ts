import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary.ts';
import { METRICS, metricSubject } from '../contract/index.ts';
import { type Clock, createLogger, systemClock } from '../core/index.ts';
import { chooseTier, History } from './history.ts';
import { Block, decodeBlock, encodeBlock, TIERS } from './history-block.ts';

const SUBJECT = metricSubject.parse('docker-test/one');
/** A whole half hour, so that blocks of every tier begin here. */
const START_MS = Date.UTC(2026, 0, 1);
const PLENTY = 64 * 1024 * 1024;

/** A history whose time the test sets. */
function open(historyFile: string, options: { historyBytes?: number; atMs?: number } = {}) {
  const time = { nowMs: options.atMs ?? START_MS };
  const logged: string[] = [];
  const clock: Clock = { ...systemClock, now: () => time.nowMs };
  const logger = createLogger({ write: (line) => logged.push(line), level: 'debug', now: () => 0 });
  const history = new History({ historyFile, historyBytes: () => options.historyBytes ?? PLENTY, clock, logger });
  return {
    history,
    logged,
    time,
    /** One sample a second, at the seconds from…to. */
    record(from: number, to: number, value: (second: number) => number, subject = SUBJECT) {
      for (let second = from; second <= to; second++) {
        time.nowMs = START_MS + second * 1000;
        history.record(
          subject,
          time.nowMs,
          METRICS.map(() => value(second)),
        );
        history.flushIfDue();
      }
    },
    cpu(fromS: number, toS: number, points: number) {
      const answer = history.query({ subject: SUBJECT, fromMs: START_MS + fromS * 1000, toMs: START_MS + toS * 1000, points });
      return { ...answer, means: answer.means[0] ?? [], maxima: answer.maxima[0] ?? [] };
    },
  };
}

test('seconds come back as they went in, from memory and from the file', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'history.sqlite');
  const first = open(file);
  first.record(0, 99, (second) => second);
  const expected = Array.from({ length: 100 }, (_, second) => second);
  expect(first.cpu(0, 100, 100)).toMatchObject({ stepMs: 1000, means: expected, maxima: expected });
  first.history[Symbol.dispose]();

  const second = open(file, { atMs: START_MS + 100_000 });
  expect(second.cpu(0, 100, 100).means).toEqual(expected);
  second.history[Symbol.dispose]();
});

test('a restart leaves a gap of the time away, and continues the block that it interrupted', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'history.sqlite');
  const first = open(file);
  first.record(0, 9, () => 1);
  first.history[Symbol.dispose]();
  const second = open(file, { atMs: START_MS + 15_000 });
  second.record(15, 19, () => 3);
  expect(second.cpu(0, 20, 20).means).toEqual([...Array(10).fill(1), ...Array(5).fill(null), ...Array(5).fill(3)]);
  second.history[Symbol.dispose]();
});

test('coarser tiers hold the mean and the highest value', async () => {
  await using folder = await temporaryFolder();
  const { history, cpu, record } = open(join(folder.path, 'h'));
  record(0, 3599, (second) => second % 15);
  const hour = cpu(0, 3600, 240);
  expect(hour.stepMs).toBe(15_000);
  expect(hour.means).toHaveLength(240);
  for (const mean of hour.means) expect(mean).toBeCloseTo(7, 4);
  expect(new Set(hour.maxima)).toEqual(new Set([14]));
  const merged = cpu(0, 3600, 10);
  expect(merged.stepMs).toBe(360_000);
  expect(merged.timesMs).toEqual(Array.from({ length: 10 }, (_, index) => START_MS + index * 360_000));
  expect(merged.means[3]).toBeCloseTo(7, 4);
  expect(merged.maxima[3]).toBe(14);
  history[Symbol.dispose]();
});

test('a metric that was not measured is null, in any tier, and does not dilute the others', async () => {
  await using folder = await temporaryFolder();
  const { history, time } = open(join(folder.path, 'h'));
  for (let second = 0; second < 60; second++) {
    time.nowMs = START_MS + second * 1000;
    history.record(
      SUBJECT,
      time.nowMs,
      METRICS.map((_, metric) => (metric === 1 && second % 2 === 0 ? Number.NaN : metric === 3 ? Number.NaN : 4)),
    );
    history.flushIfDue();
  }
  const seconds = history.query({ subject: SUBJECT, fromMs: START_MS, toMs: START_MS + 4000, points: 4 });
  expect(seconds.means[1]).toEqual([null, 4, null, 4]);
  expect(seconds.means[3]).toEqual([null, null, null, null]);
  const minute = history.query({ subject: SUBJECT, fromMs: START_MS, toMs: START_MS + 120_000, points: 2 });
  expect(minute.stepMs).toBe(60_000);
  expect([minute.means[1]?.[0], minute.means[3]?.[0]]).toEqual([4, null]);
  history[Symbol.dispose]();
});

test('what was never measured is all gaps', async () => {
  await using folder = await temporaryFolder();
  const { history, cpu } = open(join(folder.path, 'h'));
  expect(cpu(0, 60, 30)).toMatchObject({ stepMs: 2000, means: Array(30).fill(null) });
  history[Symbol.dispose]();
});

test('every question gets evenly spaced, ascending buckets that cover it, as many as asked or fewer, or one more', async () => {
  await using folder = await temporaryFolder();
  const { history, record } = open(join(folder.path, 'h'));
  record(0, 120, () => 1);
  fc.assert(
    fc.property(
      fc.integer({ min: -90_000_000, max: 100_000 }),
      fc.integer({ min: 1, max: 90_000_000 }),
      fc.integer({ min: 2, max: 500 }),
      (from, length, points) => {
        const fromMs = START_MS + from;
        const toMs = fromMs + length;
        const { timesMs, stepMs, means, maxima } = history.query({ subject: SUBJECT, fromMs, toMs, points });
        expect(timesMs[0]).toBeLessThanOrEqual(fromMs);
        expect((timesMs.at(-1) ?? 0) + stepMs).toBeGreaterThanOrEqual(toMs);
        for (const [index, time] of timesMs.entries()) expect(time).toBe((timesMs[0] ?? 0) + index * stepMs);
        expect(timesMs.length).toBeLessThanOrEqual(points + 1);
        for (const row of [...means, ...maxima]) expect(row).toHaveLength(timesMs.length);
      },
    ),
    { numRuns: 60 },
  );
  history[Symbol.dispose]();
});

test('a range that reaches further back than a tier keeps is answered by a coarser one', () => {
  expect(chooseTier(60_000, 100).stepMs).toBe(1000);
  expect(chooseTier(3_600_000, 1000).stepMs).toBe(15_000);
  expect(chooseTier(3_600_000, 60_000).stepMs).toBe(60_000);
  expect(chooseTier(86_400_000, 1).stepMs).toBe(60_000);
  expect(chooseTier(1e12, 1).stepMs).toBe(60_000);
});

test('blocks survive their encoding; metrics without values take no room', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...TIERS),
      fc.array(
        fc.record({
          atMs: fc.nat(29),
          values: fc.array(fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true, min: 0 }), fc.constant(Number.NaN)), {
            minLength: METRICS.length,
            maxLength: METRICS.length,
          }),
        }),
      ),
      (tier, samples) => {
        const block = new Block(tier, 0);
        for (const { atMs, values } of samples.toSorted((a, b) => a.atMs - b.atMs)) block.add((atMs % tier.buckets) * tier.stepMs, values);
        const again = decodeBlock(tier, 0, encodeBlock(block));
        expect(again.means).toEqual(block.means);
        expect(again.maxima).toEqual(block.maxima);
      },
    ),
  );
  const only = new Block(TIERS[0]!, 0);
  only.add(
    0,
    METRICS.map((_, metric) => (metric === 0 ? 1 : Number.NaN)),
  );
  expect(encodeBlock(only).length).toBe(4 + 30 * 4);
});

test('the files stay within their bound: the oldest go, the newest stay', async () => {
  await using folder = await temporaryFolder();
  const bound = 1024 * 1024;
  const { history, time, cpu } = open(join(folder.path, 'history.sqlite'), { historyBytes: bound });
  const subjects = Array.from({ length: 40 }, (_, index) => metricSubject.parse(`docker-test/${index}`));
  const END_S = 45 * 60;
  let largest = 0;
  for (let second = 0; second < END_S; second += 10) {
    time.nowMs = START_MS + second * 1000;
    for (const subject of [SUBJECT, ...subjects])
      history.record(
        subject,
        time.nowMs,
        METRICS.map((_, metric) => Math.sin(second + metric)),
      );
    history.flushIfDue();
    const bytes = readdirSync(folder.path).reduce((sum, name) => sum + statSync(join(folder.path, name)).size, 0);
    largest = Math.max(largest, bytes);
  }
  // The shared-memory index of the log is not content; SQLite maps at least 32 KiB.
  expect(largest).toBeLessThanOrEqual(bound + 32 * 1024);
  expect(largest).toBeGreaterThan(bound / 2);
  expect(cpu(END_S - 120, END_S, 12).means.some((mean) => mean !== null)).toBe(true);
  expect(cpu(0, 600, 10).means.every((mean) => mean === null)).toBe(true);
  history[Symbol.dispose]();
});

test('what is older than its tier keeps goes, of machines that are long removed too', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'history.sqlite');
  const first = open(file);
  first.record(0, 119, () => 1);
  expect(first.cpu(0, 3600, 60).means[1]).toBe(1);
  first.time.nowMs = START_MS + 48 * 3_600_000;
  first.history.flush();
  first.history[Symbol.dispose]();
  const second = open(file, { atMs: START_MS + 1000 });
  expect(second.cpu(0, 3600, 60).means.every((mean) => mean === null)).toBe(true);
  second.history[Symbol.dispose]();
});

test.each([
  ['no database at all', () => Buffer.from('this is not a database, but it is long enough to be looked at'.repeat(20))],
  ['cut off', (whole: Buffer) => whole.subarray(0, whole.length - 9000)],
  ['overwritten in the middle', (whole: Buffer) => Buffer.concat([whole.subarray(0, 200), Buffer.alloc(whole.length - 200, 0x5a)])],
])('a damaged file (%s) is kept aside, said, and a new one begun', async (_, damage) => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'history.sqlite');
  const first = open(file);
  first.record(0, 200, () => 1);
  first.history[Symbol.dispose]();
  const damaged = damage(readFileSync(file));
  writeFileSync(file, damaged);

  const second = open(file, { atMs: START_MS + 201_000 });
  second.record(201, 300, () => 2);
  second.history.flush();
  second.record(301, 310, () => 2);
  expect(second.cpu(301, 311, 10).means).toEqual(Array(10).fill(2));
  second.history[Symbol.dispose]();
  expect(second.logged.join()).toContain('kept aside');
  expect(readFileSync(`${file}.damaged`).subarray(0, 16)).toEqual(damaged.subarray(0, 16));

  const third = open(file, { atMs: START_MS + 311_000 });
  expect(third.cpu(301, 311, 10).means).toEqual(Array(10).fill(2));
  expect(third.logged).toEqual([]);
  third.history[Symbol.dispose]();
});

test('where no file can be made the history lives in memory, and says so', async () => {
  await using folder = await temporaryFolder();
  writeFileSync(join(folder.path, 'file'), '');
  const { history, record, cpu, logged } = open(join(folder.path, 'file', 'below', 'h'));
  record(0, 99, () => 5);
  expect(cpu(0, 100, 100).means).toEqual(Array(100).fill(5));
  expect(logged.join()).toContain('lives in memory');
  history[Symbol.dispose]();
});
