import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { checkedTar } from './checked-tar.ts';
import { gunzipped } from './counted.ts';

interface TestEntry {
  name: string;
  type?: 'directory' | 'symlink' | 'link';
  linkname?: string;
}

async function tarOf(entries: TestEntry[], content = Buffer.from('content')): Promise<Buffer> {
  const tar = pack();
  for (const entry of entries) {
    if (entry.type === undefined) tar.entry(entry, content);
    else tar.entry(entry);
  }
  tar.finalize();
  return buffer(tar);
}

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test('an archive of harmless names comes through as it is, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.stringMatching(/^[a-z가-힣 .\n]{1,40}$/), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 3000 }),
      fc.integer({ min: 0, max: 5000 }),
      async (names, size, length) => {
        const safe = names.map((name, index) => ({ name: `${index}/x${name}` }));
        const tar = await tarOf(safe, randomBytes(length));
        expect((await buffer(checkedTar(pieces(tar, size)))).equals(tar)).toBe(true);
        expect((await buffer(checkedTar(gunzipped(pieces(gzipSync(tar), size))))).equals(tar)).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});

test.each<[string, TestEntry[]]>([
  ['climbs out', [{ name: 'fine' }, { name: '../../etc/passwd' }]],
  ['climbs out from inside', [{ name: 'a/../../b' }]],
  ['names the root', [{ name: '/etc/passwd' }]],
  ['writes through a link of its own', [{ name: 'out', type: 'symlink', linkname: '/etc' }, { name: 'out/passwd' }]],
  ['writes through a deeper one', [{ name: './a/out', type: 'symlink', linkname: '../..' }, { name: 'a/./out/b/c' }]],
  ['links hard to what is outside', [{ name: 'shadow', type: 'link', linkname: '../etc/shadow' }]],
])('an archive that %s is refused before that reaches the reader', async (_what, entries) => {
  const tar = await tarOf(entries);
  const passed: Uint8Array[] = [];
  const read = async () => {
    for await (const chunk of checkedTar(pieces(tar, 512))) passed.push(chunk);
  };
  await expect(read()).rejects.toMatchObject({ reason: 'archiveHostile' });
  expect(Buffer.concat(passed).includes((entries.at(-1) as TestEntry).name)).toBe(false);
});

test('a link may lead anywhere as long as nothing is written through it', async () => {
  const tar = await tarOf([{ name: 'etc', type: 'symlink', linkname: '/etc' }, { name: 'etcetera' }]);
  expect((await buffer(checkedTar(pieces(tar, 512)))).equals(tar)).toBe(true);
});

test('what is cut off, empty or no archive is told', async () => {
  const tar = await tarOf([{ name: 'a' }], randomBytes(10_000));
  for (const bytes of [tar.subarray(0, 5000), Buffer.alloc(0), randomBytes(4096), gzipSync(tar).subarray(0, 3000)]) {
    await expect(buffer(checkedTar(gunzipped(pieces(bytes, 1000))))).rejects.toMatchObject({ reason: 'archiveInvalid' });
  }
});

test('what fails at the source stays what it is', async () => {
  const gone = async function* () {
    yield (await tarOf([{ name: 'a' }], randomBytes(10_000))).subarray(0, 2000);
    throw new Error('the page is gone');
  };
  await expect(buffer(checkedTar(gunzipped(gone())))).rejects.toThrow('the page is gone');
});
