import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FileServer, startFileServer } from '../../testing/file-server.ts';
import { temporaryFolder } from '../../testing/temporary.ts';
import { type GuestImage, type GuestImageId, guestImageId, transferId } from '../contract/index.ts';
import { AppError, type Clock, silentLogger, systemClock } from '../core/index.ts';
import { createDownloads } from '../downloads/index.ts';
import { createLocalHost } from '../hosts/local.ts';
import { createTasks, type Tasks } from '../tasks/index.ts';
import { createTransfers, type Transfers } from '../transfers/index.ts';
import { type GuestImages, openGuestImages } from './index.ts';
import type { DiskFile, LentDisk } from './lent.ts';

const run = promisify(execFile);
const qemuImg = async (...args: string[]) => (await run('qemu-img', args)).stdout;
const never = new AbortController().signal;
const MIB = 1024 * 1024;
/** Does not wait between attempts. */
const hasty: Clock = { ...systemClock, sleep: async (_ms, signal) => signal?.throwIfAborted() };

interface Library extends AsyncDisposable {
  images: GuestImages;
  tasks: Tasks;
  transfers: Transfers;
}

async function openLibrary(home: string): Promise<Library> {
  await using stack = new AsyncDisposableStack();
  const host = stack.use(createLocalHost({ logger: silentLogger }));
  const tasks = stack.use(createTasks({ clock: systemClock, logger: silentLogger }));
  const transfers = createTransfers({ clock: systemClock });
  const downloads = stack.use(createDownloads({ proxies: { http: null, https: null, noProxy: null }, clock: hasty }));
  const images = stack.use(
    await openGuestImages(
      {
        host,
        folder: join(home, 'guest-images'),
        catalogue: { folder: join(home, 'catalogue'), ownFile: join(home, 'catalogue.json') },
        machineFolders: [join(home, 'vms')],
        downloads,
        tasks,
        transfers,
        clock: systemClock,
        logger: silentLogger,
      },
      never,
    ),
  );
  const owned = stack.move();
  return { images, tasks, transfers, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw error ?? new Error('it did not fail');
  return error;
}

/** The first list that is as asked. */
async function until(images: GuestImages, isIt: (all: GuestImage[]) => boolean): Promise<GuestImage[]> {
  const end = new AbortController();
  try {
    for await (const all of images.watch(end.signal)) if (isIt(all)) return all;
  } finally {
    end.abort();
  }
  throw new Error('the list ended');
}

const samples = new AsyncDisposableStack();
/** A raw disk with a boot sector and something to recognise, and the same in every format. */
let sample: { folder: string; raw: string };

beforeAll(async () => {
  const folder = samples.use(await temporaryFolder()).path;
  const raw = join(folder, 'disk.raw');
  const content = Buffer.concat([Buffer.alloc(510), Buffer.from([0x55, 0xaa]), randomBytes(3 * MIB)]);
  await writeFile(raw, content);
  await truncate(raw, 8 * MIB);
  for (const format of ['qcow2', 'vmdk', 'vhdx', 'vdi'])
    await qemuImg('convert', '-f', 'raw', '-O', format, raw, join(folder, `disk.${format}`));
  sample = { folder, raw };
});
afterAll(() => samples.disposeAsync());

let stack: AsyncDisposableStack;
let home: string;
let library: Library;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  home = stack.use(await temporaryFolder()).path;
  await mkdir(join(home, 'catalogue'));
  library = stack.use(await openLibrary(home));
});
afterEach(() => stack.disposeAsync());

const inLibrary = async () => (await readdir(join(home, 'guest-images'))).sort();
const isSame = (path: string, format = 'qcow2') => qemuImg('compare', '-f', 'raw', '-F', format, sample.raw, path);

describe('a file of this computer', () => {
  test.for(['raw', 'qcow2', 'vmdk', 'vhdx', 'vdi'])('of format %s becomes a qcow2 with the same content', async (format) => {
    const { id } = await library.images.import({ path: join(sample.folder, `disk.${format}`), name: `My ${format}` });
    const image = library.images.get(id);
    expect(image).toMatchObject({ name: `My ${format}`, kind: 'disk', state: 'ready', virtualBytes: 8 * MIB, taskId: null, usedBy: [] });
    expect(image.sizeBytes).toBeGreaterThan(3 * MIB);
    expect(image.sizeBytes).toBeLessThan(8 * MIB);
    expect(await isSame(image.path ?? '')).toContain('identical');
    expect(JSON.parse(await qemuImg('info', '--output=json', image.path ?? '')).format).toBe('qcow2');
  });

  test('a disc is kept as it is', async () => {
    const content = Buffer.concat([Buffer.alloc(32769), Buffer.from('CD001'), Buffer.alloc(1000), randomBytes(100_000)]);
    await writeFile(join(home, 'installer.iso'), content);
    const { id } = await library.images.import({ path: join(home, 'installer.iso'), name: 'Installer' });
    const image = library.images.get(id);
    expect(image).toMatchObject({ kind: 'iso', state: 'ready' });
    expect(await readFile(image.path ?? '')).toEqual(content);
    const request = { imageId: id, path: join(home, 'disk.qcow2'), sizeBytes: 2 ** 30, copy: false };
    expect((await failure(library.images.diskFrom(request, () => {}, never))).reason).toBe('guestImageNotDisk');
  });

  test('what is damaged or reads from other files is refused, and nothing of it stays', async () => {
    const reasonOf = async (path: string) => (await failure(library.images.import({ path, name: 'X' }))).reason;
    const at = (name: string) => join(home, name);
    await writeFile(at('words.img'), 'This is no disk.');
    expect(await reasonOf(at('words.img'))).toBe('guestImageUnreadable');
    expect(await reasonOf(at('nothing.img'))).toBe('fileMissing');
    expect(await reasonOf(home)).toBe('fileNotRegular');

    // Cut off, and with tables that point nowhere.
    await copyFile(join(sample.folder, 'disk.qcow2'), at('cut.qcow2'));
    await truncate(at('cut.qcow2'), 2 * MIB);
    expect(await reasonOf(at('cut.qcow2'))).toBe('guestImageUnreadable');
    const broken = await readFile(join(sample.folder, 'disk.qcow2'));
    broken.fill(0xff, 3 * 65536, 3 * 65536 + 4096);
    broken.fill(0xff, 65536, 65536 + 4096);
    await writeFile(at('broken.qcow2'), broken);
    expect(await reasonOf(at('broken.qcow2'))).toBe('guestImageUnreadable');
    for (const format of ['vmdk', 'vhdx', 'vdi']) {
      await copyFile(join(sample.folder, `disk.${format}`), at(`cut.${format}`));
      await truncate(at(`cut.${format}`), 2 * MIB);
      expect(await reasonOf(at(`cut.${format}`))).toBe('guestImageUnreadable');
    }

    await qemuImg('create', '-f', 'qcow2', '-F', 'raw', '-b', '/etc/passwd', at('backed.qcow2'), '8M');
    expect(await reasonOf(at('backed.qcow2'))).toBe('guestImageNeedsOthers');
    await qemuImg('create', '-f', 'qcow2', '-o', `data_file=${at('data.raw')},data_file_raw=on`, at('outside.qcow2'), '8M');
    expect(await reasonOf(at('outside.qcow2'))).toBe('guestImageNeedsOthers');
    await qemuImg('create', '-f', 'vmdk', '-o', 'subformat=monolithicFlat', at('flat.vmdk'), '8M');
    expect(await reasonOf(at('flat.vmdk'))).toBe('guestImageNeedsOthers');
    await qemuImg('create', '-f', 'vmdk', '-F', 'vmdk', '-b', join(sample.folder, 'disk.vmdk'), at('child.vmdk'));
    expect(await reasonOf(at('child.vmdk'))).toBe('guestImageNeedsOthers');
    expect(await inLibrary()).toEqual([]);
    expect((await until(library.images, () => true)).length).toBe(0);
  });
});

async function* pieces(content: Buffer) {
  for (let at = 0; at < content.length; at += 65536) yield content.subarray(at, at + 65536);
}

describe('from the page', () => {
  test('a file is received, checked and converted', async () => {
    const content = await readFile(join(sample.folder, 'disk.vmdk'));
    const id = transferId.parse(crypto.randomUUID());
    const sent = library.transfers.upload(id, pieces(content), never);
    const { id: imageId } = await library.images.upload({ fileName: 'disk.vmdk', name: 'Sent', sizeBytes: content.length, transferId: id });
    expect(await sent).toBe(true);
    expect(await isSame(library.images.get(imageId).path ?? '')).toContain('identical');
    expect(await readdir(join(home, 'guest-images', imageId))).toEqual(['disk.qcow2', 'image.json']);
  });

  test('one that breaks off leaves nothing', async () => {
    const content = await readFile(join(sample.folder, 'disk.vmdk'));
    const id = transferId.parse(crypto.randomUUID());
    void library.transfers.upload(id, pieces(content.subarray(0, MIB)), never);
    const request = { fileName: 'disk.vmdk', name: 'Sent', sizeBytes: content.length, transferId: id };
    expect((await failure(library.images.upload(request))).reason).toBe('transferMissing');
    expect(await inLibrary()).toEqual([]);
  });
});

describe('a disk that no library keeps', () => {
  const isLent = async (from: DiskFile, format: string) => {
    const steps: unknown[] = [];
    const report = ({ step }: { step?: string | null }) => void (step != null && steps.at(-1) !== step && steps.push(step));
    const use = async (disk: LentDisk) => {
      expect(disk.format).toBe(format);
      expect(await isSame(disk.path, format)).toContain('identical');
      return disk.path;
    };
    return { path: await library.images.lend({ from, use }, report, never), steps };
  };

  test('one of this computer is judged where it is', async () => {
    const path = join(sample.folder, 'disk.vdi');
    expect(await isLent({ type: 'file', path }, 'vdi')).toEqual({ path, steps: ['checking', 'converting'] });
    await qemuImg('create', '-f', 'qcow2', '-F', 'raw', '-b', '/etc/passwd', join(home, 'backed.qcow2'), '8M');
    const lending = isLent({ type: 'file', path: join(home, 'backed.qcow2') }, 'qcow2');
    expect((await failure(lending)).reason).toBe('guestImageNeedsOthers');
  });

  test('one that the page sends is gone afterwards, and so is one that does not come whole, or is none, or of a crash', async () => {
    const sent = (content: Buffer, sizeBytes = content.length): DiskFile => {
      const id = transferId.parse(crypto.randomUUID());
      void library.transfers.upload(id, pieces(content), never);
      return { type: 'page', transferId: id, fileName: 'sent.vmdk', sizeBytes };
    };
    const content = await readFile(join(sample.folder, 'disk.vmdk'));
    expect((await isLent(sent(content), 'vmdk')).steps).toEqual(['receiving', 'checking', 'converting']);
    expect((await failure(isLent(sent(content.subarray(0, MIB), content.length), 'vmdk'))).reason).toBe('transferMissing');
    const words = await failure(isLent(sent(Buffer.from('This is no disk.')), 'vmdk'));
    expect(words.problem).toMatchObject({ reason: 'guestImageUnreadable', params: { name: 'sent.vmdk' } });
    const disc = Buffer.concat([Buffer.alloc(32769), Buffer.from('CD001'), Buffer.alloc(1000)]);
    expect((await failure(isLent(sent(disc), 'raw'))).reason).toBe('guestImageNotDisk');
    expect(await inLibrary()).toEqual([]);

    await writeFile(join(home, 'guest-images', '.received-1234'), content);
    await library[Symbol.asyncDispose]();
    library = stack.use(await openLibrary(home));
    expect(await inLibrary()).toEqual([]);
  });
});

describe('from the catalogue', () => {
  let server: FileServer;
  const entryId = guestImageId.parse('test-1-x86_64');

  beforeEach(async () => {
    server = stack.use(await startFileServer());
    const image = {
      id: entryId,
      version: '1',
      architecture: 'x86_64',
      url: `${server.url}/test.qcow2`,
      checksum: { url: `${server.url}/SHA256SUMS`, algorithm: 'sha256', format: 'list' },
      defaultUser: 'me',
      firmware: 'bios',
      minimumMemoryMiB: 64,
      minimumDiskGiB: 1,
      cloudInit: true,
      guestAgent: false,
    };
    await writeFile(join(home, 'catalogue.json'), JSON.stringify([{ distribution: 'Test', images: [image] }]));
    await publish(await readFile(join(sample.folder, 'disk.qcow2')));
  });

  async function publish(content: Buffer, more: Parameters<FileServer['add']>[2] = {}): Promise<void> {
    server.add('/SHA256SUMS', `${createHash('sha256').update(content).digest('hex')} *test.qcow2\n`);
    server.add('/test.qcow2', content, more);
  }

  test('an image comes verified, with what is known of it; one download for all who ask', async () => {
    const [one, other] = await Promise.all([library.images.download(entryId), library.images.download(entryId)]);
    expect(one).toEqual(other);
    const image = library.images.get(one.id);
    expect(image).toMatchObject({
      name: 'Test 1',
      osName: 'Test 1',
      architecture: 'x86_64',
      defaultUser: 'me',
      firmware: 'bios',
      cloudInit: true,
      guestAgent: false,
      minimumMemoryBytes: 64 * MIB,
      origin: { type: 'catalogue', entryId },
      checksum: { algorithm: 'sha256' },
      state: 'ready',
    });
    expect(await isSame(image.path ?? '')).toContain('identical');
    expect(server.requests.filter(({ path }) => path === '/test.qcow2')).toHaveLength(1);

    // The same is not fetched again; what was published meanwhile comes beside it.
    expect(await library.images.download(entryId)).toEqual(one);
    expect(server.requests.filter(({ path }) => path === '/test.qcow2')).toHaveLength(1);
    await qemuImg('create', '-f', 'qcow2', join(home, 'newer.qcow2'), '16M');
    await publish(await readFile(join(home, 'newer.qcow2')), { etag: '"2"' });
    const newer = await library.images.download(entryId);
    expect(newer.id).not.toBe(one.id);
    expect(library.images.get(newer.id).virtualBytes).toBe(16 * MIB);
    expect(await inLibrary()).toEqual([one.id, newer.id].sort());
  });

  test('what is not published is not taken', async () => {
    server.add('/test.qcow2', Buffer.from('something else'));
    expect((await failure(library.images.download(entryId))).reason).toBe('checksumMismatch');
    server.add('/SHA256SUMS', '# nothing yet');
    expect((await failure(library.images.download(entryId))).reason).toBe('checksumUnpublished');
    expect((await failure(library.images.download(guestImageId.parse('other')))).reason).toBe('catalogueEntryMissing');
    // Verified, and yet no image that may be used.
    await qemuImg('create', '-f', 'qcow2', '-F', 'raw', '-b', '/etc/passwd', join(home, 'backed.qcow2'), '8M');
    await publish(await readFile(join(home, 'backed.qcow2')));
    expect((await failure(library.images.download(entryId))).reason).toBe('guestImageNeedsOthers');
    expect(await inLibrary()).toEqual([]);
  });

  /** Starts a download that stands still in the middle. */
  async function standStill(): Promise<{ asked: Promise<AppError>; id: GuestImageId }> {
    const content = await readFile(join(sample.folder, 'disk.qcow2'));
    await publish(content, { stallAt: MIB });
    const asked = failure(library.images.download(entryId));
    const [image] = await until(library.images, ([one]) => one?.state === 'preparing');
    const end = new AbortController();
    for await (const tasks of library.tasks.watch(end.signal)) if ((tasks.at(-1)?.doneBytes ?? 0) > 0) break;
    end.abort();
    await publish(content);
    return { asked, id: image?.id ?? entryId };
  }

  test('a paused download goes on from where it is', async () => {
    const { asked, id } = await standStill();
    await library.images.pause(id);
    expect((await asked).code).toBe('cancelled');
    const paused = library.images.get(id);
    expect(paused).toMatchObject({ state: 'paused', taskId: null, problem: null, path: null });
    expect(paused.sizeBytes).toBeGreaterThan(0);
    expect(await library.images.resume(id)).toEqual({ id });
    expect(server.requests.at(-1)).toMatchObject({ path: '/test.qcow2', range: `bytes=${paused.sizeBytes}-` });
    expect(library.images.get(id).state).toBe('ready');
  });

  test('a download that the app left goes on after its next start', async () => {
    const { asked, id } = await standStill();
    await library[Symbol.asyncDispose]();
    await asked;
    library = stack.use(await openLibrary(home));
    expect(library.images.get(id).state).toBe('paused');
    await library.images.download(entryId);
    expect(server.requests.at(-1)?.range).toMatch(/^bytes=[1-9]/);
    expect(library.images.get(id).state).toBe('ready');
    expect(await isSame(library.images.get(id).path ?? '')).toContain('identical');
  });

  test('a cancelled download leaves nothing, and neither does a removed one', async () => {
    const { asked, id } = await standStill();
    const { taskId } = library.images.get(id);
    if (taskId === null) throw new Error('no task');
    await library.tasks.cancel(taskId);
    expect((await asked).code).toBe('cancelled');
    expect(await inLibrary()).toEqual([]);
    const again = await standStill();
    await library.images.remove(again.id, never);
    await again.asked;
    expect(await inLibrary()).toEqual([]);
    expect((await until(library.images, () => true)).length).toBe(0);
  });

  test('a server that went away is said with what has come', async () => {
    await publish(await readFile(join(sample.folder, 'disk.qcow2')), { cutAt: MIB });
    const error = await failure(library.images.download(entryId));
    expect(error.reason).toBe('downloadAway');
    const [image] = await until(library.images, ([one]) => one?.state === 'paused');
    expect(image?.problem?.reason).toBe('downloadAway');
    expect(image?.sizeBytes).toBeGreaterThan(0);
  });

  test('an address with a sum of one’s own is verified by it', async () => {
    const url = server.add('/own.vdi', await readFile(join(sample.folder, 'disk.vdi')));
    const request = { url, name: 'Own', checksum: { algorithm: 'sha256', value: '0'.repeat(64) } as const };
    expect((await failure(library.images.downloadFrom(request))).reason).toBe('checksumMismatch');
    const { id } = await library.images.downloadFrom({ ...request, checksum: null });
    expect(library.images.get(id)).toMatchObject({ checksum: null, origin: { type: 'url', url }, state: 'ready' });
    expect(await isSame(library.images.get(id).path ?? '')).toContain('identical');
  });
});

describe('a disk of an image', () => {
  let imageId: GuestImageId;
  const machine = (name: string) => join(home, 'vms', name);

  beforeEach(async () => {
    imageId = (await library.images.import({ path: join(sample.folder, 'disk.qcow2'), name: 'Base' })).id;
    await mkdir(machine('a1'), { recursive: true });
    await writeFile(join(machine('a1'), 'vm.json'), JSON.stringify({ name: 'web' }));
  });

  test('lies on top of it, which then cannot be removed', async () => {
    const path = join(machine('a1'), 'disk.qcow2');
    await library.images.diskFrom({ imageId, path, sizeBytes: 2 ** 30, copy: false }, () => {}, never);
    const info = JSON.parse(await qemuImg('info', '--output=json', path));
    expect(info).toMatchObject({
      'virtual-size': 2 ** 30,
      'backing-filename': library.images.get(imageId).path,
      'backing-filename-format': 'qcow2',
    });
    expect(library.images.get(imageId).usedBy).toEqual(['web']);
    const error = await failure(library.images.remove(imageId, never));
    expect(error.message).toBe('Base is used by web. Remove those first.');

    // A snapshot on top of the disk, and the machine's disk moved away: still used.
    await qemuImg('create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', path, join(machine('a1'), 'snapshot.qcow2'));
    await library.images.refreshUsers(never);
    expect(library.images.get(imageId).usedBy).toEqual(['web']);
    await run('rm', ['-r', machine('a1')]);
    await library.images.remove(imageId, never);
    expect(await inLibrary()).toEqual([]);
  });

  test('a disc in a drive cannot be removed either', async () => {
    await writeFile(join(home, 'installer.iso'), Buffer.concat([Buffer.alloc(32769), Buffer.from('CD001'), Buffer.alloc(100_000)]));
    const { id } = await library.images.import({ path: join(home, 'installer.iso'), name: 'Installer' });
    const hardware = { cdrom: { path: library.images.get(id).path } };
    await writeFile(join(machine('a1'), 'vm.json'), JSON.stringify({ name: 'web', guest: { type: 'system', hardware } }));
    expect((await failure(library.images.remove(id, never))).reason).toBe('guestImageInUse');
  });

  test('or is a copy of it, of the size that was asked', async () => {
    const path = join(machine('a1'), 'disk.qcow2');
    const told: number[] = [];
    await library.images.diskFrom({ imageId, path, sizeBytes: 64 * MIB, copy: true }, (progress) => told.push(progress), never);
    expect(told.at(-1)).toBe(1);
    const info = JSON.parse(await qemuImg('info', '--output=json', path));
    expect(info['virtual-size']).toBe(64 * MIB);
    expect(info['backing-filename']).toBeUndefined();
    expect(await isSame(path)).toContain('identical');
    await library.images.remove(imageId, never);
  });

  test('never replaces a file, and is never smaller than the image', async () => {
    const path = join(machine('a1'), 'disk.qcow2');
    const request = { imageId, path, sizeBytes: 4 * MIB, copy: false };
    expect((await failure(library.images.diskFrom(request, () => {}, never))).reason).toBe('guestImageLarger');
    await writeFile(path, 'mine');
    expect((await failure(library.images.diskFrom({ ...request, sizeBytes: 2 ** 30 }, () => {}, never))).reason).toBe('fileTaken');
    expect(await readFile(path, 'utf8')).toBe('mine');
  });
});

describe.skipIf(process.getuid?.() !== 0)('a full disk', () => {
  test('says how much is needed, and keeps nothing', async () => {
    const small = stack.use(await temporaryFolder()).path;
    await run('mount', ['-t', 'tmpfs', '-o', 'size=80m', 'tmpfs', small]);
    stack.defer(async () => void (await run('umount', [small])));
    await mkdir(join(small, 'catalogue'));
    const server = stack.use(await startFileServer());
    const cramped = stack.use(await openLibrary(small));
    const url = server.add('/large', Buffer.concat([Buffer.alloc(510), Buffer.from([0x55, 0xaa]), Buffer.alloc(40 * MIB)]));
    const error = await failure(cramped.images.downloadFrom({ url, name: 'Large', checksum: null }));
    expect(error.problem).toMatchObject({ reason: 'noSpace', params: { neededMiB: 105 } });
    const endless = server.add('/unknown', Buffer.alloc(90 * MIB, 'x'), { sized: false });
    expect((await failure(cramped.images.downloadFrom({ url: endless, name: 'Unknown', checksum: null }))).reason).toBe('noSpace');
    await cramped.images.import({ path: sample.raw, name: 'Fits' });
    expect(await readdir(join(small, 'guest-images'))).toEqual(['fits']);
  });
});
