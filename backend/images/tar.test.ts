import { buffer } from 'node:stream/consumers';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { wholeTar } from './tar.ts';

async function tarOf(files: Record<string, string>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
  archive.finalize();
  return buffer(archive);
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function passed(bytes: Buffer, size = 1000): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of wholeTar(inPieces(bytes, size))) pieces.push(piece);
  return Buffer.concat(pieces);
}

test('a whole archive passes unchanged, plain and compressed, in pieces of any size', async () => {
  const tar = await tarOf({ 'etc/passwd': 'root:x:0:0', 'a/big': 'x'.repeat(70_000) });
  for (const bytes of [tar, gzipSync(tar), zstdCompressSync(tar)]) {
    for (const size of [1, 511, 100_000]) expect((await passed(bytes, size)).equals(bytes)).toBe(true);
  }
});

test('no archive that is cut off passes, wherever it is cut', async () => {
  const tar = await tarOf({ one: 'first', two: 'x'.repeat(3000), three: '' });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: tar.length - 1025 }), fc.boolean(), async (length, compress) => {
      const cut = tar.subarray(0, length);
      const pieces: Uint8Array[] = [];
      const bytes = compress ? gzipSync(cut) : cut;
      const passing = async () => {
        for await (const piece of wholeTar(inPieces(bytes, 700))) pieces.push(piece);
      };
      await expect(passing()).rejects.toMatchObject({ reason: 'archiveUnusable' });
      // The engine never gets the end of it.
      expect(Buffer.concat(pieces).length).toBeLessThan(Math.max(1, bytes.length));
    }),
    { numRuns: 60 },
  );
});

test('what is no archive at all is told from one that is cut off', async () => {
  const words = (bytes: Buffer) => passed(bytes).catch((error) => error.problem.params.message);
  expect(await words(Buffer.alloc(0))).toBe('no file is in it');
  expect(await words(Buffer.from('<!doctype html>'.repeat(1000)))).toBe('it is no tar archive');
  expect(await words(Buffer.alloc(4096))).toBe('no file is in it');
  const tar = await tarOf({ a: 'b'.repeat(2000) });
  expect(await words(tar.subarray(0, 1024))).toBe('it ends in the middle');
  expect(await words(gzipSync(tar).subarray(0, 60))).toBe('it ends in the middle');
});

test('xz and bzip2 pass: the engine knows them', async () => {
  for (const mark of ['\xfd7zXZ\0', 'BZh91AY']) {
    const bytes = Buffer.concat([Buffer.from(mark, 'latin1'), Buffer.alloc(5000, 7)]);
    expect((await passed(bytes)).equals(bytes)).toBe(true);
  }
});

test('an archive that a reader leaves early is let go', async () => {
  let ended = false;
  async function* endless(): AsyncGenerator<Buffer, void> {
    try {
      yield* inPieces(await tarOf({ big: 'x'.repeat(500_000) }), 1000);
    } finally {
      ended = true;
    }
  }
  for await (const _ of wholeTar(endless())) break;
  expect(ended).toBe(true);
});
