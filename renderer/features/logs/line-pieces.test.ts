import { expect, test } from 'vitest';
import { linePieces } from './line-pieces.ts';

const show = (raw: string, options: Partial<Parameters<typeof linePieces>[1]> = {}) =>
  linePieces(raw, { from: 0, limit: 100, ranges: [], active: null, ...options }).map((piece) => [
    piece.text,
    piece.match,
    piece.style.foreground ?? '-',
  ]);

test('a match runs through changes of colour', () => {
  expect(show('ab\x1b[31mcd\x1b[0mef', { ranges: [{ start: 1, end: 5 }] })).toEqual([
    ['a', 'none', '-'],
    ['b', 'match', '-'],
    ['cd', 'match', 1],
    ['e', 'match', '-'],
    ['f', 'none', '-'],
  ]);
});

test('the match at which the search stands is marked apart', () => {
  const ranges = [
    { start: 0, end: 1 },
    { start: 2, end: 3 },
  ];
  expect(show('x-x', { ranges, active: 2 })).toEqual([
    ['x', 'match', '-'],
    ['-', 'none', '-'],
    ['x', 'active', '-'],
  ]);
});

test('a long line is cut, never within a character or a sequence', () => {
  expect(show('abc\x1b[31mdef', { limit: 4 })).toEqual([
    ['abc', 'none', '-'],
    ['d', 'none', 1],
  ]);
  expect(show('ab🐳', { limit: 3 })).toEqual([['ab', 'none', '-']]);
  expect(show('abcdef', { limit: 3, ranges: [{ start: 2, end: 5 }] })).toEqual([
    ['ab', 'none', '-'],
    ['c', 'match', '-'],
  ]);
});
