import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { expect, test } from 'vitest';
import { AppError } from '../../../core/index.ts';
import { type ArchiveFile, readArchive, SUMS_FILE, writeArchive } from './archive-tar.ts';

interface Content {
  name: string;
  content: Uint8Array;
}

async function* pieces(content: Uint8Array): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < content.length; at += 700) yield content.subarray(at, at + 700);
}

async function* filesOf(contents: Content[]): AsyncGenerator<ArchiveFile, void> {
  for (const { name, content } of contents) yield { name, sizeBytes: content.length, bytes: pieces(content) };
}

async function written(contents: Content[]): Promise<Buffer> {
  return await buffer(writeArchive(filesOf(contents)));
}

async function read(archive: Uint8Array): Promise<Content[]> {
  const found: Content[] = [];
  await readArchive(pieces(archive), async ({ name, bytes }) => {
    found.push({ name, content: new Uint8Array(await buffer(bytes)) });
  });
  return found;
}

async function reasonOf(archive: Uint8Array): Promise<string> {
  const error: unknown = await read(archive).then(
    () => null,
    (failure: unknown) => failure,
  );
  return error instanceof AppError ? error.reason : String(error);
}

const contents = fc.uniqueArray(
  fc.record({ name: fc.stringMatching(/^[a-z][a-z0-9.]{0,20}$/), content: fc.uint8Array({ maxLength: 5000 }) }),
  {
    selector: ({ name }) => name,
    maxLength: 5,
  },
);

test('gives back what was put in, in the same order', async () => {
  await fc.assert(
    fc.asyncProperty(contents, async (before) => {
      expect(await read(await written(before))).toEqual(before);
    }),
    { numRuns: 50 },
  );
});

test('any byte of the content that was changed is found out', async () => {
  const content = new Uint8Array(3000).fill(7);
  const archive = await written([{ name: 'disk.qcow2', content }]);
  await fc.assert(
    fc.asyncProperty(fc.nat(content.length - 1), async (at) => {
      const changed = Buffer.from(archive);
      changed[512 + at] = 8;
      expect(await reasonOf(changed)).toBe('vmArchiveDamaged');
    }),
    { numRuns: 50 },
  );
});

test('an archive that is cut off anywhere is none', async () => {
  const archive = await written([{ name: 'disk.qcow2', content: new Uint8Array(3000).fill(7) }]);
  // A tar may end in fewer empty blocks than it should.
  const least = archive.length - 1024;
  await fc.assert(
    fc.asyncProperty(fc.nat(least - 1), async (length) => {
      expect(await reasonOf(archive.subarray(0, length))).toBe('vmArchiveInvalid');
    }),
    { numRuns: 100 },
  );
});

test('random bytes are none', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 4000 }), async (bytes) => {
      expect(await reasonOf(bytes)).toBe('vmArchiveInvalid');
    }),
    { numRuns: 100 },
  );
});

test('links, folders, two files of one name and files that no sum is named for are refused', async () => {
  const tarOf = async (fill: (tar: ReturnType<typeof pack>) => void) => {
    const tar = pack();
    fill(tar);
    tar.finalize();
    return await buffer(tar as AsyncIterable<Buffer>);
  };
  const linked = await tarOf((tar) => tar.entry({ name: 'disk.qcow2', type: 'symlink', linkname: '/etc/shadow' }));
  expect(await reasonOf(linked)).toBe('vmArchiveInvalid');
  const twice = await tarOf((tar) => {
    tar.entry({ name: 'a' }, 'one');
    tar.entry({ name: 'a' }, 'two');
    tar.entry({ name: SUMS_FILE }, '');
  });
  expect(await reasonOf(twice)).toBe('vmArchiveInvalid');
  const unnamed = await tarOf((tar) => {
    tar.entry({ name: 'a' }, 'one');
    tar.entry({ name: SUMS_FILE }, '');
  });
  expect(await reasonOf(unnamed)).toBe('vmArchiveDamaged');
});

test('what fails on either side is what is thrown', async () => {
  const broken = new AppError('noSpace', { path: '/', neededMiB: 1 });
  const failing = async function* (): AsyncGenerator<ArchiveFile, void> {
    yield { name: 'a', sizeBytes: 1, bytes: pieces(new Uint8Array(1)) };
    throw broken;
  };
  await expect(buffer(writeArchive(failing()))).rejects.toBe(broken);
  const archive = await written([{ name: 'a', content: new Uint8Array(10) }]);
  await expect(readArchive(pieces(archive), () => Promise.reject(broken))).rejects.toBe(broken);
  const source = async function* () {
    yield archive.subarray(0, 600);
    throw broken;
  };
  await expect(readArchive(source(), async ({ bytes }) => void (await buffer(bytes)))).rejects.toBe(broken);
});
