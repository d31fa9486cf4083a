import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../../testing/failures.ts';
import { startFileServer } from '../../testing/file-server.ts';
import { guestImageBed, imagesUntil, openLibrary, piecesOf, qemuImg } from '../../testing/guest-image-bed.ts';
import { temporaryFolder } from '../../testing/temporary.ts';
import { transferId } from '../contract/index.ts';

const run = promisify(execFile);
const never = new AbortController().signal;
const MIB = 1024 * 1024;
const bed = guestImageBed();

describe('a file of this computer', () => {
  test.for(['raw', 'qcow2', 'vmdk', 'vhdx', 'vdi'])('of format %s becomes a qcow2 with the same content', async (format) => {
    const { id } = await bed.library.images.import({ path: bed.sample(format), name: `My ${format}` });
    const image = bed.library.images.get(id);
    expect(image).toMatchObject({ name: `My ${format}`, kind: 'disk', state: 'ready', virtualBytes: 8 * MIB, taskId: null, usedBy: [] });
    expect(image.sizeBytes).toBeGreaterThan(3 * MIB);
    expect(image.sizeBytes).toBeLessThan(8 * MIB);
    expect(await bed.isSample(image.path)).toBe(true);
    expect(JSON.parse(await qemuImg('info', '--output=json', image.path ?? '')).format).toBe('qcow2');
  });

  test('a disc is kept as it is', async () => {
    const content = Buffer.concat([Buffer.alloc(32769), Buffer.from('CD001'), Buffer.alloc(1000), randomBytes(100_000)]);
    await writeFile(join(bed.home, 'installer.iso'), content);
    const { id } = await bed.library.images.import({ path: join(bed.home, 'installer.iso'), name: 'Installer' });
    const image = bed.library.images.get(id);
    expect(image).toMatchObject({ kind: 'iso', state: 'ready' });
    expect(await readFile(image.path ?? '')).toEqual(content);
    const request = { imageId: id, path: join(bed.home, 'disk.qcow2'), sizeBytes: 2 ** 30, copy: false };
    expect((await failureOf(bed.library.images.diskFrom(request, () => {}, never))).reason).toBe('guestImageNotDisk');
  });

  test('what is damaged or reads from other files is refused, and nothing of it stays', async () => {
    const reasonOf = async (path: string) => (await failureOf(bed.library.images.import({ path, name: 'X' }))).reason;
    const at = (name: string) => join(bed.home, name);
    await writeFile(at('words.img'), 'This is no disk.');
    expect(await reasonOf(at('words.img'))).toBe('guestImageUnreadable');
    expect(await reasonOf(at('nothing.img'))).toBe('fileMissing');
    expect(await reasonOf(bed.home)).toBe('fileNotRegular');

    // Cut off, and with tables that point nowhere.
    await copyFile(bed.sample('qcow2'), at('cut.qcow2'));
    await truncate(at('cut.qcow2'), 2 * MIB);
    expect(await reasonOf(at('cut.qcow2'))).toBe('guestImageUnreadable');
    const broken = await readFile(bed.sample('qcow2'));
    broken.fill(0xff, 3 * 65536, 3 * 65536 + 4096);
    broken.fill(0xff, 65536, 65536 + 4096);
    await writeFile(at('broken.qcow2'), broken);
    expect(await reasonOf(at('broken.qcow2'))).toBe('guestImageUnreadable');
    for (const format of ['vmdk', 'vhdx', 'vdi']) {
      await copyFile(bed.sample(format), at(`cut.${format}`));
      await truncate(at(`cut.${format}`), 2 * MIB);
      expect(await reasonOf(at(`cut.${format}`))).toBe('guestImageUnreadable');
    }

    await qemuImg('create', '-f', 'qcow2', '-F', 'raw', '-b', '/etc/passwd', at('backed.qcow2'), '8M');
    expect(await reasonOf(at('backed.qcow2'))).toBe('guestImageNeedsOthers');
    await qemuImg('create', '-f', 'qcow2', '-o', `data_file=${at('data.raw')},data_file_raw=on`, at('outside.qcow2'), '8M');
    expect(await reasonOf(at('outside.qcow2'))).toBe('guestImageNeedsOthers');
    await qemuImg('create', '-f', 'vmdk', '-o', 'subformat=monolithicFlat', at('flat.vmdk'), '8M');
    expect(await reasonOf(at('flat.vmdk'))).toBe('guestImageNeedsOthers');
    await qemuImg('create', '-f', 'vmdk', '-F', 'vmdk', '-b', bed.sample('vmdk'), at('child.vmdk'));
    expect(await reasonOf(at('child.vmdk'))).toBe('guestImageNeedsOthers');
    expect(await bed.folders()).toEqual([]);
    expect((await imagesUntil(bed.library.images, () => true)).length).toBe(0);
  });
});

describe('from the page', () => {
  test('a file is received, checked and converted', async () => {
    const content = await readFile(bed.sample('vmdk'));
    const id = transferId.parse(crypto.randomUUID());
    const sent = bed.library.transfers.upload(id, piecesOf(content), never);
    const { id: imageId } = await bed.library.images.upload({
      fileName: 'disk.vmdk',
      name: 'Sent',
      sizeBytes: content.length,
      transferId: id,
    });
    expect(await sent).toBe(true);
    expect(await bed.isSample(bed.library.images.get(imageId).path)).toBe(true);
    expect(await readdir(join(bed.home, 'guest-images', imageId))).toEqual(['disk.qcow2', 'image.json']);
  });

  test('one that breaks off leaves nothing', async () => {
    const content = await readFile(bed.sample('vmdk'));
    const id = transferId.parse(crypto.randomUUID());
    void bed.library.transfers.upload(id, piecesOf(content.subarray(0, MIB)), never);
    const request = { fileName: 'disk.vmdk', name: 'Sent', sizeBytes: content.length, transferId: id };
    expect((await failureOf(bed.library.images.upload(request))).reason).toBe('transferMissing');
    expect(await bed.folders()).toEqual([]);
  });
});

describe.skipIf(process.getuid?.() !== 0)('a full disk', () => {
  test('says how much is needed, and keeps nothing', async () => {
    const small = bed.stack.use(await temporaryFolder()).path;
    await run('mount', ['-t', 'tmpfs', '-o', 'size=80m', 'tmpfs', small]);
    bed.stack.defer(async () => void (await run('umount', [small])));
    await mkdir(join(small, 'catalogue'));
    const server = bed.stack.use(await startFileServer());
    const cramped = bed.stack.use(await openLibrary(small));
    const url = server.add('/large', Buffer.concat([Buffer.alloc(510), Buffer.from([0x55, 0xaa]), Buffer.alloc(40 * MIB)]));
    const error = await failureOf(cramped.images.downloadFrom({ url, name: 'Large', checksum: null }));
    expect(error.problem).toMatchObject({ reason: 'noSpace', params: { neededMiB: 105 } });
    const endless = server.add('/unknown', Buffer.alloc(90 * MIB, 'x'), { sized: false });
    expect((await failureOf(cramped.images.downloadFrom({ url: endless, name: 'Unknown', checksum: null }))).reason).toBe('noSpace');
    await cramped.images.import({ path: bed.sample('raw'), name: 'Fits' });
    expect(await readdir(join(small, 'guest-images'))).toEqual(['fits']);
  });
});
