import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { type Header, pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary.ts';
import { engineId, type Image, imageId } from '../contract/index.ts';
import { silentLogger } from '../core/index.ts';
import type { Host } from '../hosts/host.ts';
import { createLocalHost } from '../hosts/local.ts';
import { createDiskStore } from './disk.ts';
import { diskBytesFor, writeExt4 } from './ext4.ts';

const run = promisify(execFile);
const never = new AbortController().signal;
const MIB = 1024 * 1024;
const isRoot = userInfo().uid === 0;

let host: Host;
beforeAll(() => {
  host = createLocalHost({ logger: silentLogger });
});
afterAll(() => host[Symbol.asyncDispose]());

type Entry = Partial<Header> & { name: string } & { content?: string | Buffer };

async function* tarOf(entries: Entry[]): AsyncGenerator<Uint8Array, void> {
  const tar = pack();
  for (const { content = '', ...header } of entries) tar.entry(header, content);
  tar.finalize();
  for await (const chunk of tar) yield chunk as Uint8Array;
}

function image(sizeBytes: number): Image {
  return {
    id: imageId.parse('docker-default/sha256:0123abcd'),
    engineId: engineId.parse('docker-default'),
    names: ['test:latest'],
    createdAtMs: null,
    sizeBytes,
    layers: [],
    architecture: null,
    starter: false,
  };
}

/** What debugfs says, without mounting. */
async function debugfs(path: string, request: string): Promise<string> {
  return (await run('/usr/sbin/debugfs', ['-R', request, path])).stdout;
}

describe('a disk', () => {
  const long = 'n'.repeat(255);
  const deep = Array.from({ length: 4 }, () => 'd'.repeat(100)).join('/');
  const entries: Entry[] = [
    { name: 'bin/', type: 'directory', mode: 0o755 },
    { name: 'bin/su', mode: 0o4755, uid: 7, gid: 12, mtime: new Date('2020-01-02T03:04:05Z'), content: 'program' },
    { name: 'bin/hard', type: 'link', linkname: 'bin/su' },
    { name: 'tmp/', type: 'directory', mode: 0o1777 },
    { name: 'soft', type: 'symlink', linkname: `${'t/'.repeat(90)}end` },
    { name: long, content: 'long' },
    ...[1, 2, 3, 4].map((depth): Entry => ({ name: `${deep.slice(0, depth * 101 - 1)}/`, type: 'directory', mode: 0o755 })),
    { name: `${deep}/file`, content: 'deep' },
    { name: '한글', content: '글' },
    { name: 'null', type: 'character-device', devmajor: 1, devminor: 3 },
    { name: 'big', content: randomBytes(9 * MIB) },
  ];

  test('holds what the archive held: owners, setuid, times, links, long names, devices, big files', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'disk');
    await writeExt4(host, { path, diskBytes: 64 * MIB, image: 'test', seed: 'test', tar: tarOf(entries) }, never);
    await expect(run('/usr/sbin/e2fsck', ['-f', '-n', path])).resolves.toBeTruthy();
    const su = await debugfs(path, 'stat /bin/su');
    expect(su).toMatch(/Mode: {2}04755/);
    expect(su).toMatch(/User: +7 +Group: +12/);
    expect(su).toMatch(/Links: 2/);
    expect(su).toMatch(/mtime: 0x5e0d5da5/);
    expect(await debugfs(path, 'stat /tmp')).toMatch(/Mode: {2}01777/);
    expect(await debugfs(path, 'stat /null')).toMatch(/Type: character special[\s\S]*01:03/);
    expect(await debugfs(path, `cat /${deep}/file`)).toBe('deep');
    expect(await debugfs(path, `cat /${long}`)).toBe('long');
    expect(await debugfs(path, 'cat /한글')).toBe('글');
    await run('/usr/sbin/debugfs', ['-R', `dump /big ${join(folder.path, 'big')}`, path]);
    expect((await readFile(join(folder.path, 'big'))).equals(entries.at(-1)?.content as Buffer)).toBe(true);
    expect((await run('/usr/sbin/dumpe2fs', ['-h', path])).stdout).toMatch(/features: .*has_journal.*extent/);
  });

  test('is sparse: room that is not used takes none on the host', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'disk');
    await writeExt4(host, { path, diskBytes: diskBytesFor(0, 4096 * MIB), image: 'test', seed: 'test', tar: tarOf(entries) }, never);
    const { size, blocks } = await stat(path);
    expect(size).toBe(4 * 1024 * MIB);
    expect(blocks * 512).toBeLessThan(64 * MIB);
  });

  test('an archive from which something would be lost fails, and names it', async () => {
    await using folder = await temporaryFolder();
    const astray = tarOf([{ name: 'here', type: 'link', linkname: 'no/folder/file' }]);
    await expect(
      writeExt4(host, { path: join(folder.path, 'disk'), diskBytes: 64 * MIB, image: 'test', seed: 'test', tar: astray }, never),
    ).rejects.toMatchObject({ reason: 'diskBuildFailed', message: expect.stringContaining('here') });
  });

  test('the same archive gives the same bytes, another seed another identity', async () => {
    await using folder = await temporaryFolder();
    const archive = await buffer(Readable.from(tarOf(entries)));
    const make = async (name: string, seed: string) => {
      const path = join(folder.path, name);
      await writeExt4(host, { path, diskBytes: 64 * MIB, image: 'test', seed, tar: Readable.from([archive]) }, never);
      return createHash('sha256')
        .update(await readFile(path))
        .digest('hex');
    };
    const first = await make('first', 'sha256:a');
    expect(await make('second', 'sha256:a')).toBe(first);
    expect(await make('other', 'sha256:b')).not.toBe(first);
  });

  test('a name that comes twice is what came last; capabilities, large owners, many extents and folders that nobody named are kept', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'disk');
    const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex');
    const tar = tarOf([
      { name: 'no/folder/file', content: 'x' },
      { name: 'twice', content: Buffer.alloc(3 * MIB, 1) },
      { name: 'second', type: 'link', linkname: 'twice' },
      { name: 'twice', content: 'again' },
      { name: 'second', content: 'also' },
      {
        name: 'ping',
        content: 'p',
        uid: 100_000,
        gid: 165_536,
        pax: { 'SCHILY.xattr.security.capability': capability.toString('latin1') },
      },
      { name: 'many/', type: 'directory', mode: 0o755 },
      ...Array.from({ length: 700 }, (_, index) => ({ name: `many/${'x'.repeat(60)}${index}`, content: '' })),
      { name: 'huge', content: Buffer.alloc(600 * MIB) },
    ]);
    await writeExt4(host, { path, diskBytes: 1024 * MIB, image: 'test', seed: 'test', tar }, never);
    await expect(run('/usr/sbin/e2fsck', ['-f', '-n', path])).resolves.toBeTruthy();
    expect(await debugfs(path, 'cat /no/folder/file')).toBe('x');
    expect(await debugfs(path, 'cat /twice')).toBe('again');
    expect(await debugfs(path, 'cat /second')).toBe('also');
    expect(await debugfs(path, 'stat /ping')).toMatch(/User: 100000 +Group: 165536/);
    expect(await debugfs(path, 'ea_get -x /ping security.capability')).toContain('01 00 00 02 00 20 00 00');
    expect((await debugfs(path, 'ls -p /many')).match(/x{60}/g)).toHaveLength(700);
    expect(await debugfs(path, 'stat /huge')).toMatch(/Size: 629145600/);
  });

  test('an archive that is cut off fails, and is not waited for', async () => {
    await using folder = await temporaryFolder();
    async function* cut(): AsyncGenerator<Uint8Array, void> {
      let left = 2 * MIB;
      for await (const chunk of tarOf([{ name: 'big', content: randomBytes(4 * MIB) }])) {
        if (left <= 0) return;
        yield chunk;
        left -= chunk.length;
      }
    }
    const path = join(folder.path, 'disk');
    await expect(writeExt4(host, { path, diskBytes: 64 * MIB, image: 'test', seed: 'test', tar: cut() }, never)).rejects.toMatchObject({
      reason: 'diskBuildFailed',
    });
  });
});

describe('the store', () => {
  const small: Entry[] = [{ name: 'hello', content: 'hello' }];
  /** Counts how often it is read. */
  function exporter(source: () => AsyncIterable<Uint8Array>) {
    const images = {
      reads: 0,
      exportFilesystem: () => {
        images.reads++;
        return source();
      },
    };
    return images;
  }
  /** Begins, then waits for `go`. */
  async function* waiting(go: Promise<void>): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of tarOf(small)) {
      yield chunk;
      await go;
    }
  }

  test('makes one disk for all who ask at once, and none for who asks later', async () => {
    await using folder = await temporaryFolder();
    const store = createDiskStore({ host, dir: join(folder.path, 'disks'), logger: silentLogger });
    const images = exporter(() => tarOf(small));
    const progress: (number | null)[] = [];
    const ask = () => store.diskFor({ image: image(3000), images }, (value) => progress.push(value), never);
    const [first, second] = await Promise.all([ask(), ask()]);
    expect(second).toBe(first);
    expect(await ask()).toBe(first);
    expect(images.reads).toBe(1);
    expect(await readdir(join(folder.path, 'disks'))).toEqual(['sha256-0123abcd.ext4']);
    expect(progress.every((value) => value !== null && value >= 0 && value <= 1)).toBe(true);
    expect(progress.length).toBeGreaterThan(0);
  });

  test('who goes away does not take it from the others; when all have gone nothing is left', async () => {
    await using folder = await temporaryFolder();
    const dir = join(folder.path, 'disks');
    const store = createDiskStore({ host, dir, logger: silentLogger });
    const { promise: go, resolve } = Promise.withResolvers<void>();
    const images = exporter(() => waiting(go));
    const one = new AbortController();
    const two = new AbortController();
    const begun = Promise.withResolvers<void>();
    const first = store.diskFor({ image: image(3000), images }, () => begun.resolve(), one.signal);
    const second = store.diskFor({ image: image(3000), images }, () => {}, two.signal);
    await begun.promise;
    one.abort();
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    resolve();
    await expect(second).resolves.toContain(dir);

    await run('rm', ['-r', dir]);
    const never2 = Promise.withResolvers<void>();
    const three = new AbortController();
    const begun2 = Promise.withResolvers<void>();
    const third = store.diskFor(
      { image: image(3000), images: exporter(() => waiting(never2.promise)) },
      () => begun2.resolve(),
      three.signal,
    );
    await begun2.promise;
    three.abort();
    never2.resolve();
    await expect(third).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(dir)).toEqual([]);
  });

  test('an export that fails leaves nothing, and its reason', async () => {
    await using folder = await temporaryFolder();
    const store = createDiskStore({ host, dir: join(folder.path, 'disks'), logger: silentLogger });
    // biome-ignore lint/correctness/useYield: it fails before it has anything
    const images = exporter(async function* () {
      throw new Error('the engine went away');
    });
    await expect(store.diskFor({ image: image(3000), images }, () => {}, never)).rejects.toThrow('the engine went away');
    expect(await readdir(join(folder.path, 'disks'))).toEqual([]);
  });

  test('what a crash left behind is taken away', async () => {
    await using folder = await temporaryFolder();
    const dir = join(folder.path, 'disks');
    await mkdir(dir);
    await writeFile(join(dir, 'sha256-ffff.ext4.00112233.part'), 'half');
    const store = createDiskStore({ host, dir, logger: silentLogger });
    await store.diskFor({ image: image(3000), images: exporter(() => tarOf(small)) }, () => {}, never);
    expect(await readdir(dir)).toEqual(['sha256-0123abcd.ext4']);
  });

  test('content that needs more room than its size says gets a larger disk', async () => {
    await using folder = await temporaryFolder();
    const store = createDiskStore({ host, dir: folder.path, logger: silentLogger, leastBytes: 4 * MIB });
    const images = exporter(() => tarOf([{ name: 'big', content: randomBytes(20 * MIB) }]));
    const path = await store.diskFor({ image: image(3000), images }, () => {}, never);
    expect((await stat(path)).size).toBe(32 * MIB);
    expect(images.reads).toBe(4);
  });

  describe.runIf(isRoot)('on a disk that is too small', () => {
    async function smallDisk(folder: string): Promise<{ path: string } & AsyncDisposable> {
      const path = join(folder, 'small');
      await mkdir(path);
      await run('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'tmpfs', path]);
      return { path, [Symbol.asyncDispose]: async () => void (await run('umount', [path])) };
    }

    test('says before it begins how much is needed', async () => {
      await using folder = await temporaryFolder();
      await using disk = await smallDisk(folder.path);
      const store = createDiskStore({ host, dir: disk.path, logger: silentLogger });
      const images = exporter(() => tarOf(small));
      await expect(store.diskFor({ image: image(400 * MIB), images }, () => {}, never)).rejects.toMatchObject({
        reason: 'noSpace',
        problem: { params: { path: disk.path, neededMiB: 569 } },
      });
      expect(images.reads).toBe(0);
    });

    test('says so when it fills up on the way, and leaves nothing', async () => {
      await using folder = await temporaryFolder();
      await using disk = await smallDisk(folder.path);
      const store = createDiskStore({ host, dir: disk.path, logger: silentLogger });
      // Larger than its image says.
      const images = exporter(() => tarOf([{ name: 'big', content: randomBytes(200 * MIB) }]));
      await expect(store.diskFor({ image: image(3000), images }, () => {}, never)).rejects.toMatchObject({ reason: 'noSpace' });
      expect(await readdir(disk.path)).toEqual([]);
      await expect(open(join(disk.path, 'room'), 'w').then((file) => file.close())).resolves.toBeUndefined();
    });
  });
});
