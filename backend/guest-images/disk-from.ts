import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { GuestImage, GuestImageId } from '../contract/index.ts';
import { AppError } from '../core/index.ts';
import { requireSpace } from '../downloads/index.ts';
import type { QemuImg } from './qemu-img.ts';

const MIB = 1024 * 1024;

/** A machine's disk to be made of an image. */
export interface DiskRequest {
  imageId: GuestImageId;
  /** Where; there must be nothing yet. */
  path: string;
  /** What the guest sees of it; at least what the image has. */
  sizeBytes: number;
  /** A file of its own with all of the image's content, instead of one on top of it. */
  copy: boolean;
}

/** @throws AppError as `GuestImages.diskFrom` has it */
export async function makeDisk(
  of: { image: GuestImage; request: DiskRequest; qemuImg: QemuImg },
  onProgress: (progress: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const { image, qemuImg } = of;
  const { path, sizeBytes, copy } = of.request;
  const { name, virtualBytes } = image;
  if (image.path === null || virtualBytes === null) throw new AppError('guestImageNotReady', { name });
  if (image.kind === 'iso') throw new AppError('guestImageNotDisk', { name });
  if (sizeBytes < virtualBytes) throw new AppError('guestImageLarger', { name, neededMiB: Math.ceil(virtualBytes / MIB) });
  if (existsSync(path)) throw new AppError('fileTaken', { path });
  try {
    if (copy) {
      await requireSpace(path, image.sizeBytes);
      await qemuImg.convert({ path: image.path, name, format: 'qcow2', to: path }, onProgress, signal);
      if (sizeBytes > virtualBytes) await qemuImg.grow({ path, sizeBytes }, signal);
    } else await qemuImg.createOverlay({ base: image.path, path, sizeBytes }, signal);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}
