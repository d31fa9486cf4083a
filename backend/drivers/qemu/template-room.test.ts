import { expect, test } from 'vitest';
import { leaving } from './template-room.ts';

const GIB = 1024 ** 3;
/** Newest use first. */
const kept = (...sizes: number[]) => sizes.map((sizeBytes, index) => ({ key: `t${index + 1}`, sizeBytes }));
const nobody: ReadonlySet<string> = new Set();
const eight = kept(1, 1, 1, 1, 1, 1, 1, 1);

test('there are at most eight: who was not used for the longest time goes', () => {
  expect(leaving(eight.slice(0, 7), { sizeBytes: 1, inUse: nobody })).toEqual([]);
  expect(leaving(eight, { sizeBytes: 1, inUse: nobody })).toEqual(['t8']);
  expect(leaving([...eight, ...eight.map(({ key }) => ({ key: `${key}b`, sizeBytes: 1 }))], { sizeBytes: 1, inUse: nobody })).toHaveLength(
    9,
  );
});

test('they are at most 4 GiB, with the new one', () => {
  expect(leaving(kept(GIB, GIB, GIB), { sizeBytes: GIB, inUse: nobody })).toEqual([]);
  expect(leaving(kept(GIB, GIB, GIB), { sizeBytes: GIB + 1, inUse: nobody })).toEqual(['t3']);
  expect(leaving(kept(GIB, GIB, GIB), { sizeBytes: 3 * GIB, inUse: nobody })).toEqual(['t3', 't2']);
});

test('one that a machine runs from stays, and the next one goes', () => {
  expect(leaving(eight, { sizeBytes: 1, inUse: new Set(['t8', 't6']) })).toEqual(['t7']);
  expect(leaving(kept(GIB, 2 * GIB, GIB), { sizeBytes: 2 * GIB, inUse: new Set(['t3']) })).toEqual(['t2']);
});

test('where there is no room, nothing goes', () => {
  expect(leaving(eight, { sizeBytes: 1, inUse: new Set(eight.map(({ key }) => key)) })).toBeNull();
  expect(leaving(kept(GIB, 2 * GIB), { sizeBytes: 3 * GIB, inUse: new Set(['t2']) })).toBeNull();
  expect(leaving(kept(1), { sizeBytes: 5 * GIB, inUse: nobody })).toBeNull();
});
