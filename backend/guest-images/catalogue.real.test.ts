import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { failureOf } from '../../testing/failures.ts';
import { type FileServer, startFileServer } from '../../testing/file-server.ts';
import { guestImageBed, imagesUntil, qemuImg } from '../../testing/guest-image-bed.ts';
import { type GuestImageId, guestImageId } from '../contract/index.ts';
import type { AppError } from '../core/index.ts';

const never = new AbortController().signal;
const MIB = 1024 * 1024;
const bed = guestImageBed();

describe('from the catalogue', () => {
  let server: FileServer;
  const entryId = guestImageId.parse('test-1-x86_64');

  beforeEach(async () => {
    server = bed.stack.use(await startFileServer());
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
    await writeFile(join(bed.home, 'catalogue.json'), JSON.stringify([{ distribution: 'Test', images: [image] }]));
    await publish(await readFile(bed.sample('qcow2')));
  });

  async function publish(content: Buffer, more: Parameters<FileServer['add']>[2] = {}): Promise<void> {
    server.add('/SHA256SUMS', `${createHash('sha256').update(content).digest('hex')} *test.qcow2\n`);
    server.add('/test.qcow2', content, more);
  }

  test('an image comes verified, with what is known of it; one download for all who ask', async () => {
    const [one, other] = await Promise.all([bed.library.images.download(entryId), bed.library.images.download(entryId)]);
    expect(one).toEqual(other);
    const image = bed.library.images.get(one.id);
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
    expect(await bed.isSample(image.path)).toBe(true);
    expect(server.requests.filter(({ path }) => path === '/test.qcow2')).toHaveLength(1);

    // The same is not fetched again; what was published meanwhile comes beside it.
    expect(await bed.library.images.download(entryId)).toEqual(one);
    expect(server.requests.filter(({ path }) => path === '/test.qcow2')).toHaveLength(1);
    await qemuImg('create', '-f', 'qcow2', join(bed.home, 'newer.qcow2'), '16M');
    await publish(await readFile(join(bed.home, 'newer.qcow2')), { etag: '"2"' });
    const newer = await bed.library.images.download(entryId);
    expect(newer.id).not.toBe(one.id);
    expect(bed.library.images.get(newer.id).virtualBytes).toBe(16 * MIB);
    expect(await bed.folders()).toEqual([one.id, newer.id].sort());
  });

  test('what is not published is not taken', async () => {
    server.add('/test.qcow2', Buffer.from('something else'));
    expect((await failureOf(bed.library.images.download(entryId))).reason).toBe('checksumMismatch');
    server.add('/SHA256SUMS', '# nothing yet');
    expect((await failureOf(bed.library.images.download(entryId))).reason).toBe('checksumUnpublished');
    expect((await failureOf(bed.library.images.download(guestImageId.parse('other')))).reason).toBe('catalogueEntryMissing');
    // Verified, and yet no image that may be used.
    await qemuImg('create', '-f', 'qcow2', '-F', 'raw', '-b', '/etc/passwd', join(bed.home, 'backed.qcow2'), '8M');
    await publish(await readFile(join(bed.home, 'backed.qcow2')));
    expect((await failureOf(bed.library.images.download(entryId))).reason).toBe('guestImageNeedsOthers');
    expect(await bed.folders()).toEqual([]);
  });

  /** Starts a download that stands still in the middle. */
  async function standStill(): Promise<{ asked: Promise<AppError>; id: GuestImageId }> {
    const content = await readFile(bed.sample('qcow2'));
    await publish(content, { stallAt: MIB });
    const asked = failureOf(bed.library.images.download(entryId));
    const [image] = await imagesUntil(bed.library.images, ([one]) => one?.state === 'preparing');
    const end = new AbortController();
    for await (const tasks of bed.library.tasks.watch(end.signal)) if ((tasks.at(-1)?.doneBytes ?? 0) > 0) break;
    end.abort();
    await publish(content);
    return { asked, id: image?.id ?? entryId };
  }

  test('a paused download goes on from where it is', async () => {
    const { asked, id } = await standStill();
    await bed.library.images.pause(id);
    expect((await asked).code).toBe('cancelled');
    const paused = bed.library.images.get(id);
    expect(paused).toMatchObject({ state: 'paused', taskId: null, problem: null, path: null });
    expect(paused.sizeBytes).toBeGreaterThan(0);
    expect(await bed.library.images.resume(id)).toEqual({ id });
    expect(server.requests.at(-1)).toMatchObject({ path: '/test.qcow2', range: `bytes=${paused.sizeBytes}-` });
    expect(bed.library.images.get(id).state).toBe('ready');
  });

  test('a download that the app left goes on after its next start', async () => {
    const { asked, id } = await standStill();
    const reopened = bed.reopen();
    await asked;
    await reopened;
    expect(bed.library.images.get(id).state).toBe('paused');
    await bed.library.images.download(entryId);
    expect(server.requests.at(-1)?.range).toMatch(/^bytes=[1-9]/);
    expect(bed.library.images.get(id).state).toBe('ready');
    expect(await bed.isSample(bed.library.images.get(id).path)).toBe(true);
  });

  test('a cancelled download leaves nothing, and neither does a removed one', async () => {
    const { asked, id } = await standStill();
    const { taskId } = bed.library.images.get(id);
    if (taskId === null) throw new Error('no task');
    await bed.library.tasks.cancel(taskId);
    expect((await asked).code).toBe('cancelled');
    expect(await bed.folders()).toEqual([]);
    const again = await standStill();
    await bed.library.images.remove(again.id, never);
    await again.asked;
    expect(await bed.folders()).toEqual([]);
    expect((await imagesUntil(bed.library.images, () => true)).length).toBe(0);
  });

  test('a server that went away is said with what has come', async () => {
    await publish(await readFile(bed.sample('qcow2')), { cutAt: MIB });
    const error = await failureOf(bed.library.images.download(entryId));
    expect(error.reason).toBe('downloadAway');
    const [image] = await imagesUntil(bed.library.images, ([one]) => one?.state === 'paused');
    expect(image?.problem?.reason).toBe('downloadAway');
    expect(image?.sizeBytes).toBeGreaterThan(0);
  });

  test('an address with a sum of one’s own is verified by it', async () => {
    const url = server.add('/own.vdi', await readFile(bed.sample('vdi')));
    const request = { url, name: 'Own', checksum: { algorithm: 'sha256', value: '0'.repeat(64) } as const };
    expect((await failureOf(bed.library.images.downloadFrom(request))).reason).toBe('checksumMismatch');
    const { id } = await bed.library.images.downloadFrom({ ...request, checksum: null });
    expect(bed.library.images.get(id)).toMatchObject({ checksum: null, origin: { type: 'url', url }, state: 'ready' });
    expect(await bed.isSample(bed.library.images.get(id).path)).toBe(true);
  });
});
