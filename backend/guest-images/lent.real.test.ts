import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../../testing/failures.ts';
import { guestImageBed, piecesOf, qemuImg } from '../../testing/guest-image-bed.ts';
import { transferId } from '../contract/index.ts';
import type { DiskFile, LentDisk } from './lent.ts';

const never = new AbortController().signal;
const MIB = 1024 * 1024;
const bed = guestImageBed();

describe('a disk that no library keeps', () => {
  const isLent = async (from: DiskFile, format: string) => {
    const steps: unknown[] = [];
    const report = ({ step }: { step?: string | null }) => void (step != null && steps.at(-1) !== step && steps.push(step));
    const use = async (disk: LentDisk) => {
      expect(disk.format).toBe(format);
      expect(await bed.isSample(disk.path, format)).toBe(true);
      return disk.path;
    };
    return { path: await bed.library.images.lend({ from, use }, report, never), steps };
  };

  test('one of this computer is judged where it is', async () => {
    const path = bed.sample('vdi');
    expect(await isLent({ type: 'file', path }, 'vdi')).toEqual({ path, steps: ['checking', 'converting'] });
    await qemuImg('create', '-f', 'qcow2', '-F', 'raw', '-b', '/etc/passwd', join(bed.home, 'backed.qcow2'), '8M');
    const lending = isLent({ type: 'file', path: join(bed.home, 'backed.qcow2') }, 'qcow2');
    expect((await failureOf(lending)).reason).toBe('guestImageNeedsOthers');
  });

  test('one that the page sends is gone afterwards, and so is one that does not come whole, or is none, or of a crash', async () => {
    const sent = (content: Buffer, sizeBytes = content.length): DiskFile => {
      const id = transferId.parse(crypto.randomUUID());
      void bed.library.transfers.upload(id, piecesOf(content), never);
      return { type: 'page', transferId: id, fileName: 'sent.vmdk', sizeBytes };
    };
    const content = await readFile(bed.sample('vmdk'));
    expect((await isLent(sent(content), 'vmdk')).steps).toEqual(['receiving', 'checking', 'converting']);
    expect((await failureOf(isLent(sent(content.subarray(0, MIB), content.length), 'vmdk'))).reason).toBe('transferMissing');
    const words = await failureOf(isLent(sent(Buffer.from('This is no disk.')), 'vmdk'));
    expect(words.problem).toMatchObject({ reason: 'guestImageUnreadable', params: { name: 'sent.vmdk' } });
    const disc = Buffer.concat([Buffer.alloc(32769), Buffer.from('CD001'), Buffer.alloc(1000)]);
    expect((await failureOf(isLent(sent(disc), 'raw'))).reason).toBe('guestImageNotDisk');
    expect(await bed.folders()).toEqual([]);

    await writeFile(join(bed.home, 'guest-images', '.received-1234'), content);
    await bed.reopen();
    expect(await bed.folders()).toEqual([]);
  });
});
