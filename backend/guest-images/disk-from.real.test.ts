import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import { failureOf } from '../../testing/failures.ts';
import { guestImageBed, qemuImg } from '../../testing/guest-image-bed.ts';
import type { GuestImageId } from '../contract/index.ts';

const run = promisify(execFile);
const never = new AbortController().signal;
const MIB = 1024 * 1024;
const bed = guestImageBed();

describe('a disk of an image', () => {
  let imageId: GuestImageId;
  const machine = (name: string) => join(bed.home, 'vms', name);

  beforeEach(async () => {
    imageId = (await bed.library.images.import({ path: bed.sample('qcow2'), name: 'Base' })).id;
    await mkdir(machine('a1'), { recursive: true });
    await writeFile(join(machine('a1'), 'vm.json'), JSON.stringify({ name: 'web' }));
  });

  test('lies on top of it, which then cannot be removed', async () => {
    const path = join(machine('a1'), 'disk.qcow2');
    await bed.library.images.diskFrom({ imageId, path, sizeBytes: 2 ** 30, copy: false }, () => {}, never);
    const info = JSON.parse(await qemuImg('info', '--output=json', path));
    expect(info).toMatchObject({
      'virtual-size': 2 ** 30,
      'backing-filename': bed.library.images.get(imageId).path,
      'backing-filename-format': 'qcow2',
    });
    expect(bed.library.images.get(imageId).usedBy).toEqual(['web']);
    const error = await failureOf(bed.library.images.remove(imageId, never));
    expect(error.message).toBe('Base is used by web. Remove those first.');

    // A snapshot on top of the disk, and the machine's disk moved away: still used.
    await qemuImg('create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', path, join(machine('a1'), 'snapshot.qcow2'));
    await bed.library.images.refreshUsers(never);
    expect(bed.library.images.get(imageId).usedBy).toEqual(['web']);
    await run('rm', ['-r', machine('a1')]);
    await bed.library.images.remove(imageId, never);
    expect(await bed.folders()).toEqual([]);
  });

  test('a disc in a drive cannot be removed either', async () => {
    await writeFile(join(bed.home, 'installer.iso'), Buffer.concat([Buffer.alloc(32769), Buffer.from('CD001'), Buffer.alloc(100_000)]));
    const { id } = await bed.library.images.import({ path: join(bed.home, 'installer.iso'), name: 'Installer' });
    const hardware = { cdrom: { path: bed.library.images.get(id).path } };
    await writeFile(join(machine('a1'), 'vm.json'), JSON.stringify({ name: 'web', guest: { type: 'system', hardware } }));
    expect((await failureOf(bed.library.images.remove(id, never))).reason).toBe('guestImageInUse');
  });

  test('or is a copy of it, of the size that was asked', async () => {
    const path = join(machine('a1'), 'disk.qcow2');
    const told: number[] = [];
    await bed.library.images.diskFrom({ imageId, path, sizeBytes: 64 * MIB, copy: true }, (progress) => told.push(progress), never);
    expect(told.at(-1)).toBe(1);
    const info = JSON.parse(await qemuImg('info', '--output=json', path));
    expect(info['virtual-size']).toBe(64 * MIB);
    expect(info['backing-filename']).toBeUndefined();
    expect(await bed.isSample(path)).toBe(true);
    await bed.library.images.remove(imageId, never);
  });

  test('never replaces a file, and is never smaller than the image', async () => {
    const path = join(machine('a1'), 'disk.qcow2');
    const request = { imageId, path, sizeBytes: 4 * MIB, copy: false };
    expect((await failureOf(bed.library.images.diskFrom(request, () => {}, never))).reason).toBe('guestImageLarger');
    await writeFile(path, 'mine');
    expect((await failureOf(bed.library.images.diskFrom({ ...request, sizeBytes: 2 ** 30 }, () => {}, never))).reason).toBe('fileTaken');
    expect(await readFile(path, 'utf8')).toBe('mine');
  });
});
