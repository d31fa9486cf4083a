import type { DiskFormat, ExportFormat } from '../../../contract/index.ts';
import { AppError } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import { unfinished } from './files.ts';
import { type DiskImage, type ImageFile, imageChain, imageInfo } from './info.ts';
import { mustRunQemuImg, type OnProgress } from './qemu-img.ts';

const MIB = 1024 * 1024;

/** Without content. The default size of a cluster; room is taken when it is written. @throws AppError `fileTaken`, `noSpace` */
export async function createImage(host: Host, of: ImageFile & { virtualBytes: number }, signal: AbortSignal): Promise<void> {
  const { path, format, virtualBytes } = of;
  if ((await host.stat(path, signal)) !== null) throw new AppError('fileTaken', { path });
  await using image = unfinished(host, path);
  await mustRunQemuImg(host, { args: ['create', '-q', '-f', format, image.path, String(virtualBytes)], path }, signal);
  await image.become(path);
}

/**
 * Makes it larger; what is in it stays as it is.
 * @throws AppError `diskShrink` for less than it has, `diskInUse`
 */
export async function growImage(host: Host, of: ImageFile & { virtualBytes: number }, signal: AbortSignal): Promise<void> {
  const { path, format, virtualBytes } = of;
  const now = await imageInfo(host, of, signal);
  if (virtualBytes < now.virtualBytes) throw new AppError('diskShrink', { sizeMiB: Math.ceil(now.virtualBytes / MIB) });
  await mustRunQemuImg(host, { args: ['resize', '-q', '-f', format, path, String(virtualBytes)], path }, signal);
}

/** For a disk that is taken away: whole, without what it is built upon. */
export async function convertImage(
  host: Host,
  of: { from: ImageFile; to: string; format: ExportFormat; compressed: boolean; onProgress: OnProgress },
  signal: AbortSignal,
): Promise<void> {
  const { from, to } = of;
  await using image = unfinished(host, to);
  // Only qcow2 and streamOptimized VMDK know compression.
  const packed = of.compressed ? ['-c', ...(of.format === 'vmdk' ? ['-o', 'subformat=streamOptimized'] : [])] : [];
  const args = ['convert', '-p', '-f', from.format, '-O', of.format, ...packed, from.path, image.path];
  await mustRunQemuImg(host, { args, path: from.path, onProgress: of.onProgress }, signal);
  await image.become(to);
}

export interface Compacted {
  /** Allocated blocks of the file. */
  beforeBytes: number;
  afterBytes: number;
}

/**
 * Writes the image anew without what is zero, and puts it in the place of the old one. What it is built upon stays, and stays
 * shared. When that would gain nothing, nothing changes.
 * @throws AppError `diskHasSnapshots`: they live in the old file alone; `diskInUse`, `noSpace`
 */
export async function compactImage(host: Host, of: ImageFile & { onProgress: OnProgress }, signal: AbortSignal): Promise<Compacted> {
  return await rewrite(host, { ...of, keepBacking: true, onlyIfSmaller: true }, signal);
}

/** Takes in what it is built upon, and stands alone from then on. @throws AppError as `compactImage` */
export async function flattenImage(host: Host, of: ImageFile & { onProgress: OnProgress }, signal: AbortSignal): Promise<Compacted> {
  return await rewrite(host, { ...of, keepBacking: false, onlyIfSmaller: false }, signal);
}

async function rewrite(
  host: Host,
  of: ImageFile & { onProgress: OnProgress; keepBacking: boolean; onlyIfSmaller: boolean },
  signal: AbortSignal,
): Promise<Compacted> {
  const { path, format } = of;
  const [before, below] = await imageChain(host, of, signal);
  if (before === undefined) throw new AppError('fileMissing', { path });
  if (before.snapshots.length > 0) throw new AppError('diskHasSnapshots', { path, count: before.snapshots.length });
  await using image = unfinished(host, path);
  const options = [...sameOptions(before), ...(of.keepBacking ? sameBacking(before, below) : [])];
  const args = ['convert', '-p', '-f', format, '-O', format, ...options, path, image.path];
  await mustRunQemuImg(host, { args, path, onProgress: of.onProgress }, signal);
  const after = await imageInfo(host, { path: image.path, format }, signal);
  const beforeBytes = before.allocatedBytes;
  if (of.onlyIfSmaller && after.allocatedBytes >= beforeBytes) return { beforeBytes, afterBytes: beforeBytes };
  await image.become(path);
  return { beforeBytes, afterBytes: after.allocatedBytes };
}

function sameOptions({ format, clusterBytes }: DiskImage): string[] {
  return format === 'qcow2' && clusterBytes !== null ? ['-o', `cluster_size=${clusterBytes}`] : [];
}

function sameBacking({ backing }: DiskImage, below: DiskImage | undefined): string[] {
  return backing === null || below === undefined ? [] : ['-B', backing, '-F', below.format];
}

/** Another format in the machine's folder, beside the old file, which stays. */
export async function changeFormat(
  host: Host,
  of: { from: ImageFile; to: ImageFile & { format: DiskFormat }; onProgress: OnProgress },
  signal: AbortSignal,
): Promise<void> {
  const { snapshots } = await imageInfo(host, of.from, signal);
  if (snapshots.length > 0) throw new AppError('diskHasSnapshots', { path: of.from.path, count: snapshots.length });
  if ((await host.stat(of.to.path, signal)) !== null) throw new AppError('fileTaken', { path: of.to.path });
  await convertImage(host, { ...of, to: of.to.path, format: of.to.format, compressed: false }, signal);
}

/** An image that somebody brings: it must not name other files, which the machine would then read in its owner's name. */
export async function bringImage(
  host: Host,
  of: { from: { path: string; format: string }; to: ImageFile; onProgress: OnProgress },
  signal: AbortSignal,
): Promise<DiskImage> {
  const { to } = of;
  const { path, format } = of.from;
  const { backing, dataFiles } = await imageInfo(host, of.from, signal);
  const other = backing ?? dataFiles.find((file) => file !== path);
  if (other !== undefined) throw new AppError('diskNamesOthers', { path, other });
  await using image = unfinished(host, to.path);
  const args = ['convert', '-p', '-f', format, '-O', to.format, path, image.path];
  await mustRunQemuImg(host, { args, path, onProgress: of.onProgress }, signal);
  await image.become(to.path);
  return await imageInfo(host, to, signal);
}
