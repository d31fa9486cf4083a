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
  const buffer = new LogBuffer({ maxLines: 1000, maxChars: 200_000 });
  for (const letter of ['a', 'b', 'c']) buffer.append(batch(letter.repeat(90_000)));
  expect(texts(buffer).map((text) => text?.[0])).toEqual(['b', 'c']);
  expect(buffer.letGo).toBe(1);
  buffer.append(batch('d'.repeat(300_000)));
  expect(texts(buffer).map((text) => text?.length)).toEqual([300_000]);
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
  expect(buffer.pieceFrom(19_998)).toEqual({ text: 'line 19998\nline 19999', lines: 2 });
  expect(buffer.pieceFrom(20_000)).toBeNull();
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

test('lines that come one by one, of several machines, are told apart', () => {
  const buffer = new LogBuffer();
  for (let at = 0; at < 3000; at++) {
    buffer.append({ text: `line ${at}`, timesMs: [at], runs: [{ source: at % 3, stream: at % 2 === 0 ? 'stdout' : 'stderr', lines: 1 }] });
  }
  for (const at of [0, 1, 1023, 1024, 1025, 2999]) {
    expect(buffer.get(at)).toEqual({ source: at % 3, stream: at % 2 === 0 ? 'stdout' : 'stderr', timeMs: at, text: `line ${at}` });
  }
});

test('a cut never splits a character', () => {
  expect(cutText('ab🐳', 3)).toBe('ab');
  expect(cutText('ab🐳', 4)).toBe('ab🐳');
  expect(cutText('abc', 2)).toBe('ab');
});
