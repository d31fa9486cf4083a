import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogLine } from '../contract/index.ts';
import { type Clock, Queue, systemClock } from '../core/index.ts';
import { toLogLines } from './log-lines.ts';
import { mergeLogs } from './merge.ts';
import { MERGE_POLICY, Merger, type Segment } from './merger.ts';

const signal = new AbortController().signal;
const line = (timeMs: number | null, text = String(timeMs)): LogLine => ({ timeMs, stream: 'stdout', text });
const texts = (segments: Segment[]) => segments.flatMap(({ source, lines }) => lines.map(({ text }) => `${source}:${text}`));

async function* batches(...all: LogLine[][]): AsyncGenerator<LogLine[]> {
  for (const batch of all) yield batch;
}

async function merged(sources: AsyncIterable<LogLine[]>[], clock: Clock = systemClock): Promise<string[]> {
  const found: string[] = [];
  const fail = (error: unknown) => {
    throw error;
  };
  const inputs = sources.map((source) => ({ open: () => source, onError: fail }));
  for await (const segments of mergeLogs(inputs, { clock }, signal)) found.push(...texts(segments));
  return found;
}

test('what is in the past is merged in exact order, however it is cut into batches', async () => {
  const source = fc.array(fc.nat(50), { maxLength: 40 }).map((times) => times.sort((a, b) => a - b));
  await fc.assert(
    fc.asyncProperty(fc.array(source, { minLength: 2, maxLength: 4 }), fc.integer({ min: 1, max: 7 }), async (sources, size) => {
      const inputs = sources.map((times) => {
        const lines = times.map((time) => line(time));
        return batches(...Array.from({ length: Math.ceil(lines.length / size) }, (_, at) => lines.slice(at * size, (at + 1) * size)));
      });
      const times = (await merged(inputs)).map((text) => Number(text.split(':')[1]));
      expect(times).toEqual(sources.flat().sort((a, b) => a - b));
    }),
    { numRuns: 30 },
  );
});

test('a source keeps its own order, and a line without a time stays behind the one before it', () => {
  const merger = new Merger(2, MERGE_POLICY, 0);
  merger.push(0, [line(null, 'boot'), line(5), line(null, 'more of 5'), line(3, 'late 3')], 0);
  merger.push(1, [line(4), line(6)], 0);
  merger.end(0);
  merger.end(1);
  expect(texts(merger.take(0))).toEqual(['0:boot', '1:4', '0:5', '0:more of 5', '0:late 3', '1:6']);
});

test('a source that is silent is waited for, and not for ever', () => {
  const merger = new Merger(2, { windowMs: 100, openMs: 500, heldLines: 10 }, 0);
  merger.push(0, [line(10)], 50);
  expect(merger.take(499)).toEqual([]);
  expect(merger.waitMs(50)).toBe(450);
  expect(texts(merger.take(500))).toEqual(['0:10']);
  merger.push(0, [line(20)], 600);
  // Within the window the other's earlier line still comes first.
  merger.push(1, [line(15)], 650);
  expect(texts(merger.take(650))).toEqual(['1:15']);
  expect(merger.waitMs(650)).toBe(100);
  expect(texts(merger.take(750))).toEqual(['0:20']);
  expect(merger.waitMs(750)).toBe(Number.POSITIVE_INFINITY);
});

test('while one is silent, another’s flood goes out before the window is over', () => {
  const merger = new Merger(2, { windowMs: 100, openMs: 100, heldLines: 3 }, 0);
  merger.push(0, [line(1), line(2)], 200);
  expect(merger.take(201)).toEqual([]);
  merger.push(0, [line(3)], 202);
  expect(merger.hasRoom(0)).toBe(false);
  expect(texts(merger.take(203)).length).toBeGreaterThan(0);
  expect(merger.hasRoom(0)).toBe(true);
});

test('a source is not read on while its lines wait', async () => {
  let given = 0;
  async function* flood(): AsyncGenerator<LogLine[]> {
    for (; given < 1000; given++) yield Array.from({ length: 1000 }, () => line(given));
  }
  const silent = new Queue<LogLine[]>(1);
  const inputs = [flood(), silent].map((source) => ({ open: () => source, onError: () => {} }));
  const policy = { windowMs: 60_000, openMs: 60_000, heldLines: 5000 };
  const merging = mergeLogs(inputs, { clock: systemClock, policy }, signal);
  const first = merging.next();
  // So many turns that a reader without a bound would be through.
  for (let turn = 0; turn < 5000; turn++) await Promise.resolve();
  expect(given).toBeLessThanOrEqual(6);
  silent.push([line(-1)]);
  silent.end();
  expect(texts((await first).value ?? [])[0]).toBe('1:-1');
  await merging.return();
});

test('one that fails is told, and the others go on', async () => {
  async function* broken(): AsyncGenerator<LogLine[]> {
    yield [line(1)];
    throw new Error('gone');
  }
  const errors: unknown[] = [];
  const inputs = [broken(), batches([line(2)], [line(3)])].map((source) => ({
    open: () => source,
    onError: (error: unknown) => errors.push(error),
  }));
  const found: string[] = [];
  for await (const segments of mergeLogs(inputs, { clock: systemClock }, signal)) found.push(...texts(segments));
  expect(found).toEqual(['0:1', '1:2', '1:3']);
  expect(errors).toEqual([expect.objectContaining({ message: 'gone' })]);
});

test('lines travel in columns that say whose each is, in messages that are not long', () => {
  const segments: Segment[] = [
    { source: 0, lines: [line(1, 'a'), { ...line(2, ''), stream: 'stderr' }] },
    { source: 1, lines: [line(null, 'c')] },
  ];
  expect([...toLogLines(segments)]).toEqual([
    {
      type: 'lines',
      text: 'a\n\nc',
      timesMs: [1, 2, null],
      runs: [
        { source: 0, stream: 'stdout', lines: 1 },
        { source: 0, stream: 'stderr', lines: 1 },
        { source: 1, stream: 'stdout', lines: 1 },
      ],
    },
  ]);
  const many = [...toLogLines([{ source: 0, lines: Array.from({ length: 5000 }, (_, at) => line(at)) }])];
  expect(many.map(({ timesMs }) => timesMs.length)).toEqual([2000, 2000, 1000]);
  expect([...toLogLines([])]).toEqual([]);
});
