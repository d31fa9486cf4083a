import { expect, test } from 'vitest';
import type { LogLines } from '../../../backend/contract/index.ts';
import { cutText, LogBuffer } from './log-buffer.ts';

const batch = (...texts: string[]): LogLines => ({
  type: 'lines',
  text: texts.join('\n'),
  timesMs: texts.map(() => null),
  runs: [{ source: 0, stream: 'stdout', lines: texts.length }],
});
const texts = (buffer: LogBuffer) =>
  Array.from({ length: buffer.end - buffer.first }, (_, offset) => buffer.get(buffer.first + offset)?.text);

test('keeps the newest lines under indices that do not change', () => {
  const buffer = new LogBuffer({ maxLines: 3, maxChars: 1000 });
  buffer.append(batch('a', 'b'));
  buffer.append(batch('c', 'd', 'e'));
  expect([buffer.first, buffer.end, buffer.letGo]).toEqual([2, 5, 2]);
  expect(texts(buffer)).toEqual(['c', 'd', 'e']);
  expect(buffer.get(1)).toBeUndefined();
  expect(buffer.get(5)).toBeUndefined();
});

test('is bounded by size too, and always keeps the newest line', () => {
  const buffer = new LogBuffer({ maxLines: 100, maxChars: 10 });
  buffer.append(batch('aaaa', 'bbbb', 'cccc'));
  expect(texts(buffer)).toEqual(['bbbb', 'cccc']);
  buffer.append(batch('d'.repeat(50)));
  expect(texts(buffer)).toEqual(['d'.repeat(50)]);
});

test('takes the columns apart: whose each line is, of which stream, and when', () => {
  const buffer = new LogBuffer();
  buffer.append({
    text: 'one\n\nthree',
    timesMs: [1, null, 3],
    runs: [
      { source: 1, stream: 'stderr', lines: 2 },
      { source: 0, stream: 'boot', lines: 1 },
    ],
  });
  expect([0, 1, 2].map((index) => buffer.get(index))).toEqual([
    { source: 1, stream: 'stderr', timeMs: 1, text: 'one' },
    { source: 1, stream: 'stderr', timeMs: null, text: '' },
    { source: 0, stream: 'boot', timeMs: 3, text: 'three' },
  ]);
});

test('finds every line of thousands, also after many were let go', () => {
  const buffer = new LogBuffer({ maxLines: 5000, maxChars: 1e9 });
  for (let from = 0; from < 20_000; from += 400) buffer.append(batch(...Array.from({ length: 400 }, (_, at) => `line ${from + at}`)));
  expect([buffer.first, buffer.end]).toEqual([15_000, 20_000]);
  for (const index of [15_000, 15_359, 15_360, 17_777, 19_999]) expect(buffer.get(index)?.text).toBe(`line ${index}`);
  expect(buffer.textsFrom(19_998, { maxLines: 10, maxChars: 100 })).toEqual(['line 19998', 'line 19999']);
  expect(buffer.textsFrom(15_000, { maxLines: 10, maxChars: 15 })).toEqual(['line 15000', 'line 15001']);
});

test('tells its listeners once for each batch; after clear it is empty, and no index comes twice', () => {
  const buffer = new LogBuffer();
  let calls = 0;
  const stop = buffer.subscribe(() => calls++);
  buffer.append(batch('a', 'b'));
  buffer.clear();
  stop();
  expect([calls, texts(buffer), buffer.letGo]).toEqual([2, [], 0]);
  buffer.append(batch('c'));
  expect([buffer.get(2)?.text, buffer.get(0)]).toEqual(['c', undefined]);
});

test('a cut never splits a character', () => {
  expect(cutText('ab🐳', 3)).toBe('ab');
  expect(cutText('ab🐳', 4)).toBe('ab🐳');
  expect(cutText('abc', 2)).toBe('ab');
});
