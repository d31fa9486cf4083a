import { expect, test } from 'vitest';
import type { LogLine } from '../../../../backend/contract/index.ts';
import { cutText, LogBuffer } from './log-buffer.ts';

const line = (text: string): LogLine => ({ timeMs: null, stream: 'stdout', text });
const texts = (buffer: LogBuffer) =>
  Array.from({ length: buffer.end - buffer.first }, (_, offset) => buffer.get(buffer.first + offset)?.plain);

test('keeps the newest lines under indices that do not change', () => {
  const buffer = new LogBuffer({ maxLines: 3, maxChars: 1000 });
  buffer.append(['a', 'b'].map(line));
  buffer.append(['c', 'd', 'e'].map(line));
  expect([buffer.first, buffer.end]).toEqual([2, 5]);
  expect(texts(buffer)).toEqual(['c', 'd', 'e']);
  expect(buffer.get(1)).toBeUndefined();
  expect(buffer.get(5)).toBeUndefined();
  expect(buffer.get(3)?.index).toBe(3);
});

test('is bounded by size too, and always keeps the newest line', () => {
  const buffer = new LogBuffer({ maxLines: 100, maxChars: 10 });
  buffer.append(['aaaa', 'bbbb', 'cccc'].map(line));
  expect(texts(buffer)).toEqual(['bbbb', 'cccc']);
  buffer.append([line('d'.repeat(50))]);
  expect(texts(buffer)).toEqual(['d'.repeat(50)]);
});

test('keeps the line as it came and as it is read', () => {
  const buffer = new LogBuffer();
  buffer.append([line('\x1b[31mred\x1b[0m\r')]);
  expect(buffer.get(0)).toMatchObject({ text: '\x1b[31mred\x1b[0m\r', plain: 'red' });
  expect(buffer.longest).toBe(3);
});

test('tells its listeners once for each batch, and is empty after clear', () => {
  const buffer = new LogBuffer();
  let calls = 0;
  const stop = buffer.subscribe(() => calls++);
  buffer.append([line('a'), line('b')]);
  buffer.append([]);
  buffer.clear();
  stop();
  buffer.append([line('c')]);
  expect(calls).toBe(2);
  expect(texts(buffer)).toEqual(['c']);
});

test('a cut never splits a character', () => {
  expect(cutText('ab🐳', 3)).toBe('ab');
  expect(cutText('ab🐳', 4)).toBe('ab🐳');
  expect(cutText('abc', 2)).toBe('ab');
});
