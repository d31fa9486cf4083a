import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { extract } from 'tar-stream';
import { expect, test } from 'vitest';
import type { FileEntry } from '../../../backend/contract/index.ts';
import { modeText, rowsOf, shownName, sortRows } from './file-rows.ts';
import { tarBlob } from './tar-blob.ts';
import { bestView, hexDump, textOf } from './view-content.ts';

test('what is packed for the way up is a tar with the same names and bytes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), fc.uint8Array({ maxLength: 2000 })), {
        minLength: 1,
        maxLength: 4,
      }),
      async (files) => {
        const items = files.map(([name, bytes], index) => ({
          path: `${index}/${name.replaceAll('/', '_').replaceAll('\0', '_')}x`,
          bytes,
        }));
        const blob = tarBlob([
          { path: 'folder', file: null },
          ...items.map(({ path, bytes }) => ({ path, file: new File([new Uint8Array(bytes)], 'name', { lastModified: 5_000_000 }) })),
        ]);
        const reader = extract();
        Readable.from([Buffer.from(await blob.arrayBuffer())]).pipe(reader as unknown as NodeJS.WritableStream);
        const read: { name: string; type: string | null | undefined; mode: number | undefined; bytes: Buffer }[] = [];
        for await (const entry of reading(reader)) read.push(entry);
        expect(read[0]).toMatchObject({ name: 'folder/', type: 'directory', mode: 0o755 });
        expect(read.slice(1)).toEqual(
          items.map(({ path, bytes }) => ({ name: path, type: 'file', mode: 0o644, bytes: Buffer.from(bytes) })),
        );
      },
    ),
    { numRuns: 40 },
  );
});

async function* reading(reader: ReturnType<typeof extract>) {
  for await (const entry of reader) {
    const bytes = await buffer(entry as unknown as NodeJS.ReadableStream);
    yield { name: entry.header.name, type: entry.header.type, mode: entry.header.mode, bytes };
  }
}

test('what cannot be seen in a name is shown', () => {
  expect(shownName('a\nb')).toBe('a␊b');
  expect(shownName('\u202egnp.exe')).toBe('‹U+202E›gnp.exe');
  expect(shownName('bad\udcff')).toBe('bad‹FF›');
  expect(shownName(' lead and trail ')).toBe('␠lead and trail␠');
  expect(shownName('한국어 파일.txt')).toBe('한국어 파일.txt');
});

const entry = (name: string, type: FileEntry['type'], sizeBytes = 0): FileEntry => ({
  name,
  type,
  sizeBytes,
  mode: 0o644,
  uid: 0,
  gid: 0,
  user: null,
  group: null,
  modifiedMs: 0,
  linkTarget: null,
});

test('changes stand at their entries, and what is gone as a ghost in its own folder only', () => {
  const changes = new Map([
    ['/etc/new', 'added'],
    ['/etc/gone', 'removed'],
    ['/etc/deep/gone', 'removed'],
  ] as const);
  const rows = rowsOf('/etc', [entry('new', 'file'), entry('same', 'file')], changes);
  expect(rows.map(({ name, change }) => [name, change])).toEqual([
    ['new', 'added'],
    ['same', null],
    ['gone', 'removed'],
  ]);
  expect(rows[2]?.entry).toBeNull();
});

test('folders stand first, whichever way is sorted', () => {
  const rows = rowsOf('/', [entry('b', 'file', 5), entry('z', 'folder'), entry('a10', 'file', 9), entry('a9', 'file', 1)], new Map());
  const names = (column: string, direction: 'ascending' | 'descending') => sortRows(rows, { column, direction }).map(({ name }) => name);
  expect(names('name', 'ascending')).toEqual(['z', 'a9', 'a10', 'b']);
  expect(names('size', 'descending')).toEqual(['z', 'a10', 'b', 'a9']);
});

test('modes read as ls writes them', () => {
  expect(modeText(0o755)).toBe('rwxr-xr-x');
  expect(modeText(0o4755)).toBe('rwsr-xr-x');
  expect(modeText(0o2644)).toBe('rw-r-Sr--');
  expect(modeText(0o1777)).toBe('rwxrwxrwt');
});

test('text is told from bytes, also when it is cut within a letter', () => {
  const bytes = new TextEncoder().encode('안녕');
  expect(textOf(bytes.subarray(0, 4), true)).toBe('안');
  expect(textOf(bytes.subarray(0, 4), false)).toBeNull();
  expect(textOf(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0), false)).toBeNull();
  const view = (content: string, sizeBytes: number) => ({ path: '/x', sizeBytes, content: btoa(content) });
  expect(bestView(view('abc', 3), 'picture.PNG')).toBe('image');
  expect(bestView(view('abc', 300), 'picture.png')).toBe('text');
  expect(hexDump(Uint8Array.of(0x41, 0x0a))).toBe(`00000000  41 0a${' '.repeat(42)}  A.`);
});
