import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../core/index.ts';

const MIB = 1024 * 1024;
/** What should be left on the disk. */
const SPARE_BYTES = 64 * MIB;

/** @throws AppError noSpace when a file of so many bytes would fill the disk that `path` is to lie on */
export async function requireSpace(path: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path));
  const neededBytes = bytes + SPARE_BYTES;
  if (bavail * bsize < neededBytes) throw new AppError('noSpace', { path: dirname(path), neededMiB: Math.ceil(neededBytes / MIB) });
}
