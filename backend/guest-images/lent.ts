import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { AddDiskRequest } from '../contract/index.ts';
import { AppError } from '../core/index.ts';
import type { Host } from '../hosts/host.ts';
import type { Transfers } from '../transfers/index.ts';
import { readImageHeader } from './image-header.ts';
import { QemuImg } from './qemu-img.ts';
import { RECEIVED } from './records.ts';
import { receive } from './sources.ts';
import type { Report } from './take-in.ts';

/** A disk's file of this computer, or one that the page sends. */
export type DiskFile = Extract<AddDiskRequest['from'], { type: 'file' | 'page' }>;

/** A disk that was judged as the library's are: whole, and reading from no other file. */
export interface LentDisk {
  path: string;
  /** As QEMU names it. */
  format: string;
}

/**
 * Lends a disk's file for as long as `use` takes. What the page sends lies in `folder` until then.
 * @throws AppError guestImageUnreadable, guestImageNeedsOthers, guestImageNotDisk, fileMissing, fileDenied, transferMissing, noSpace
 */
export async function lendDisk<T>(
  of: { from: DiskFile; folder: string; host: Host; transfers: Transfers; use: (disk: LentDisk) => Promise<T> },
  report: Report,
  signal: AbortSignal,
): Promise<T> {
  const { from, folder, host, transfers, use } = of;
  const judged = async (path: string, name: string): Promise<LentDisk> => {
    report({ step: 'checking', progress: null, doneBytes: null, totalBytes: null });
    const format = await readImageHeader(path, name);
    if (format === 'iso') throw new AppError('guestImageNotDisk', { name });
    await new QemuImg(host).inspect({ path, name, format }, signal);
    report({ step: 'converting' });
    return { path, format };
  };
  if (from.type === 'file') return await use(await judged(from.path, basename(from.path)));
  const path = join(folder, `${RECEIVED}${randomBytes(4).toString('hex')}`);
  try {
    await receive({ ...from, path, transfers }, report, signal);
    return await use(await judged(path, from.fileName));
  } finally {
    await rm(path, { force: true });
  }
}
