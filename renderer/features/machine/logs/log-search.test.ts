import { expect, test } from 'vitest';
import { LogBuffer } from './log-buffer.ts';
import { compileQuery, findRanges, LogSearch, MATCH_LIMIT } from './log-search.ts';

function bufferOf(texts: string[], maxLines = 1000): LogBuffer {
  const buffer = new LogBuffer({ maxLines, maxChars: 1e9 });
  buffer.append(texts.map((text) => ({ timeMs: null, stream: 'stdout', text })));
  return buffer;
}
const plain = (text: string, caseSensitive = false) => compileQuery({ text, regex: false, caseSensitive });
const regex = (text: string) => compileQuery({ text, regex: true, caseSensitive: false });

test('a plain query means its characters', () => {
  expect(findRanges('a.b axb [x] (y) $1', plain('a.b'))).toEqual([{ start: 0, end: 3 }]);
  expect(findRanges('Error ERROR', plain('error'))).toHaveLength(2);
  expect(findRanges('Error ERROR', plain('ERROR', true))).toEqual([{ start: 6, end: 11 }]);
  for (const text of ['[', '(', '\\', '*', '/', '-', '^$', '한글', '🐳']) expect(findRanges(`x${text}y`, plain(text))).toHaveLength(1);
});

test('a regular expression is one, and a broken one says so', () => {
  expect(findRanges('GET /a 200, GET /b 404', regex('get /\\w (\\d+)'))).toEqual([
    { start: 0, end: 10 },
    { start: 12, end: 22 },
  ]);
  expect(findRanges('a-b', regex('a\\-b'))).toHaveLength(1);
  expect(findRanges('abc', regex('x*'))).toEqual([]);
  expect(() => regex('a(')).toThrow(SyntaxError);
});

test('finds matches by and by, in lines that come while it looks', () => {
  const buffer = bufferOf(['hit', 'miss', 'hit hit']);
  const search = new LogSearch(buffer, plain('hit'));
  expect(search.scan(2)).toBe(false);
  expect(search.matches).toHaveLength(1);
  expect(search.scan(10)).toBe(true);
  expect(search.matches.map((match) => [match.line, match.start])).toEqual([
    [0, 0],
    [2, 0],
    [2, 4],
  ]);
  buffer.append([{ timeMs: null, stream: 'stderr', text: 'a hit' }]);
  search.scan(10);
  expect(search.matches.at(-1)).toEqual({ line: 3, start: 2, end: 5 });
});

test('forgets matches of lines that were let go', () => {
  const buffer = bufferOf(['hit 0', 'hit 1', 'hit 2'], 3);
  const search = new LogSearch(buffer, plain('hit'));
  search.scan(10);
  buffer.append([{ timeMs: null, stream: 'stdout', text: 'hit 3' }]);
  search.scan(10);
  expect(search.matches.map((match) => match.line)).toEqual([1, 2, 3]);
});

test('goes to the next match from any place, and round at the end', () => {
  const search = new LogSearch(bufferOf(['hit hit', '', 'hit']), plain('hit'));
  expect(search.indexFrom(0)).toBe(-1);
  search.scan(10);
  expect(search.indexFrom(0)).toBe(0);
  expect(search.indexFrom(0, 1)).toBe(1);
  expect(search.indexFrom(1)).toBe(2);
  expect(search.indexFrom(3)).toBe(0);
});

test('begins at the first match from a line on, or at the last before it', () => {
  const search = new LogSearch(bufferOf(['hit', '', 'hit', '', '']), plain('hit'));
  search.scan(2);
  expect(search.firstFrom(3)).toBeNull();
  search.scan(10);
  expect(search.firstFrom(0)?.line).toBe(0);
  expect(search.firstFrom(1)?.line).toBe(2);
  expect(search.firstFrom(3)?.line).toBe(2);
});

test('is bounded', () => {
  const search = new LogSearch(bufferOf(['x'.repeat(9000)].concat(Array(20).fill('x'.repeat(9000)))), plain('x'));
  expect(search.scan(1000)).toBe(true);
  expect(search.limited).toBe(true);
  expect(search.matches.length).toBeLessThan(MATCH_LIMIT + 9001);
});
