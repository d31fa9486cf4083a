import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { requireSpace } from '../downloads/index.ts';
import { cancelled, fileError } from '../hosts/host-errors.ts';
import type { TaskProgress } from '../tasks/index.ts';
import { type ImageFormat, readImageHeader } from './image-header.ts';
import type { QemuImg } from './qemu-img.ts';
import type { ImageFolders, ImageRecord } from './records.ts';

const MIB = 1024 * 1024;

export type Report = (progress: TaskProgress) => void;

/** What became of a file that is now in the library. */
type TakenIn = Pick<ImageRecord, 'kind' | 'sizeBytes' | 'virtualBytes'>;

/**
 * Checks a file and makes it the library's own: a disc is taken as it is, a disk as a qcow2 that reads from nothing else.
 * @param of.moves whether `path` is the library's already, and is used up; else it is only read
 * @throws AppError guestImageUnreadable, guestImageNeedsOthers, noSpace, fileMissing, fileDenied
 */
export async function takeIn(
  of: { path: string; moves: boolean; record: ImageRecord; folders: ImageFolders; qemuImg: QemuImg },
  report: Report,
  signal: AbortSignal,
): Promise<TakenIn> {
  const { path, moves, record, folders, qemuImg } = of;
  report({ step: 'checking', progress: null, doneBytes: null, totalBytes: null, bytesPerSecond: null });
  const format = await readImageHeader(path, record.name);
  const kind = format === 'iso' ? 'iso' : 'disk';
  const { virtualBytes } = await qemuImg.inspect({ path, name: record.name, format }, signal);
  const target = folders.fileOf({ id: record.id, kind });
  // Of a run of the app that ended in the middle of this.
  await rm(target, { force: true });
  const asItIs = format === 'iso' || (format === 'qcow2' && moves);
  if (asItIs && moves) await rename(path, target);
  else if (asItIs) await copy({ path, target }, report, signal);
  else {
    await convert({ path, name: record.name, format, to: target, qemuImg }, report, signal);
    if (moves) await rm(path);
  }
  // A machine's disk lies on top of it: what changes it, breaks that one.
  await chmod(target, 0o400);
  return { kind, virtualBytes, sizeBytes: await allocatedBytes(target) };
}

async function convert(
  of: { path: string; name: string; format: ImageFormat; to: string; qemuImg: QemuImg },
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  await requireSpace(of.to, await of.qemuImg.measure(of, signal));
  report({ step: 'converting', progress: 0, doneBytes: null, totalBytes: null });
  await of.qemuImg.convert(of, (progress) => report({ progress }), signal);
}

async function copy({ path, target }: { path: string; target: string }, report: Report, signal: AbortSignal): Promise<void> {
  const totalBytes = (await stat(path)).size;
  await requireSpace(target, totalBytes);
  let doneBytes = 0;
  const source = createReadStream(path, { highWaterMark: MIB });
  source.on('data', (piece) => {
    doneBytes += piece.length;
    report({ step: 'copying', doneBytes, totalBytes, progress: doneBytes / totalBytes });
  });
  try {
    await pipeline(source, createWriteStream(target, { mode: 0o600, flush: true }), { signal });
  } catch (error) {
    throw signal.aborted ? cancelled(signal) : fileError(error, target, totalBytes);
  }
}

async function allocatedBytes(path: string): Promise<number> {
  return (await stat(path)).blocks * 512;
}
