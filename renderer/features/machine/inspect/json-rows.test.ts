import { expect, test } from 'vitest';
import { jsonRows } from './json-rows.ts';

const value = { Name: 'web', State: { Pid: 12, Running: true, Error: null }, Env: ['A=1', 'B=2'], Empty: {} };
const show = (filter = '', folded: string[] = []) =>
  jsonRows(value, { filter, isFolded: (path) => folded.includes(path) }).map(
    (row) => `${'.'.repeat(row.depth)}${row.name ?? '-'}${row.leaf === null ? `(${row.size})` : `=${row.leaf}`}`,
  );

test('every entry is a line', () => {
  expect(show()).toEqual([
    '-(4)',
    '.Name="web"',
    '.State(3)',
    '..Pid=12',
    '..Running=true',
    '..Error=null',
    '.Env(2)',
    '..-="A=1"',
    '..-="B=2"',
    '.Empty(0)',
  ]);
});

test('what is folded is one line', () => {
  expect(show('', ['/State', '/Env'])).toEqual(['-(4)', '.Name="web"', '.State(3)', '.Env(2)', '.Empty(0)']);
  expect(show('', [''])).toEqual(['-(4)']);
});

test('a filter shows what matches and the way to it, folded or not', () => {
  expect(show('b=2', ['/Env'])).toEqual(['-(4)', '.Env(2)', '..-="B=2"']);
  expect(show('pid', ['/State'])).toEqual(['-(4)', '.State(3)', '..Pid=12']);
  expect(show('STATE')).toEqual(['-(4)', '.State(3)', '..Pid=12', '..Running=true', '..Error=null']);
  expect(show('nothing of this')).toEqual([]);
});
