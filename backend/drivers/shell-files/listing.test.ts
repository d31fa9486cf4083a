import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseListing } from './listing.ts';
import { bytesToPath, partsOf, pathToBytes, toArgument } from './path-bytes.ts';

test('any bytes of a name come back from their string, and from JSON', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
      const path = bytesToPath(Buffer.from(bytes));
      expect(pathToBytes(JSON.parse(JSON.stringify(path)) as string).equals(bytes)).toBe(true);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(bytesToPath(pathToBytes(text))).toBe(text);
    }),
  );
});

test('an argument is plain ASCII, whatever it stands for', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(toArgument(bytesToPath(Buffer.from(bytes)))).toMatch(/^[A-Za-z0-9._/\\-]*$/);
    }),
  );
  expect(toArgument('a b\n')).toBe('a\\0040b\\0012');
});

test('a path never climbs above the root', () => {
  expect(partsOf('/../../a/./b//c/..')).toEqual(['a', 'b']);
});

test('a name can hold what looks like the next entry', () => {
  const name = '\n81a4 1 0 0 root root 5 . evil';
  const listing = Buffer.concat([
    Buffer.from(`41ed/4096/0/0/root/root/5/./${name}/\na1ff/3/1000/100/UNKNOWN/users/-7/./to/\nrubbish`),
    Buffer.from('\0./to\0../some/where\0'),
  ]);
  expect(parseListing(listing, { knowsNames: true })).toEqual([
    { name, type: 'folder', sizeBytes: 4096, mode: 0o755, uid: 0, gid: 0, user: 'root', group: 'root', modifiedMs: 5000, linkTarget: null },
    {
      name: 'to',
      type: 'link',
      sizeBytes: 3,
      mode: 0o777,
      uid: 1000,
      gid: 100,
      user: null,
      group: 'users',
      modifiedMs: -7000,
      linkTarget: '../some/where',
    },
  ]);
});
