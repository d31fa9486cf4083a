import { expect, test } from 'vitest';
import { inGroups } from './table-groups.ts';

const of = (row: string) => row.charAt(0);
const grouping = (folded: string[]) => ({ of, header: (key: string) => `group ${key}`, folded: new Set(folded), onToggle: () => {} });

test('without groups every row is a line', () => {
  expect(inGroups(['a1', 'b1'], undefined).items).toEqual([
    { type: 'row', row: 'a1', index: 0 },
    { type: 'row', row: 'b1', index: 1 },
  ]);
});

test('each group has a header with its count; a folded one has only that, and its rows are not counted', () => {
  const { items, rows } = inGroups(['a1', 'a2', 'b1', 'c1'], grouping(['a']));
  expect(rows).toEqual(['b1', 'c1']);
  expect(items).toEqual([
    { type: 'group', key: 'a', header: 'group a', count: 2, folded: true },
    { type: 'group', key: 'b', header: 'group b', count: 1, folded: false },
    { type: 'row', row: 'b1', index: 0 },
    { type: 'group', key: 'c', header: 'group c', count: 1, folded: false },
    { type: 'row', row: 'c1', index: 1 },
  ]);
});
