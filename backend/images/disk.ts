import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import { type Image, splitId } from '../contract/index.ts';
import { AppError, isAbort, type Logger, messageOf } from '../core/index.ts';
import type { ImagesFacet } from '../drivers/driver.ts';
import type { Host } from '../hosts/host.ts';
import { DiskTooSmall, diskBytesFor, writeExt4 } from './ext4.ts';

const MIB = 1024 * 1024;
/** What the filesystem itself takes, and what the host should have left over. */
const SPARE_BYTES = 128 * MIB;
/** What is not written takes no room on the host. */
const LEAST_BYTES = 4 * 1024 * MIB;
const UNFINISHED = '.part';
/** Each attempt doubles the disk: many tiny files take more room than their sizes say. */
const ATTEMPTS = 5;

/** Base disks: one for each image, made once, shared by all of its machines (each has its own overlay). */
export interface DiskStore {
  /**
   * The path of a raw ext4 disk with the image's whole filesystem; made when there is none yet. Callers for one image
   * share the work, which ends when the last of them aborts; then, and when it fails, nothing is left.
   * @param onProgress a fraction 0…1; null while the size is not known
   * @throws AppError `noSpace`, `diskBuildFailed`, `commandMissing`
   */
  diskFor(
    of: { image: Image; images: Pick<ImagesFacet, 'exportFilesystem'> },
    onProgress: (progress: number | null) => void,
    signal: AbortSignal,
  ): Promise<string>;
}

interface Work {
  result: Promise<string>;
  listeners: Set<(progress: number | null) => void>;
  controller: AbortController;
}

/** @param leastBytes the smallest disk that is made; 4 GiB unless said */
export function createDiskStore(options: { host: Host; dir: string; logger: Logger; leastBytes?: number }): DiskStore {
  const { host, dir, logger, leastBytes = LEAST_BYTES } = options;
  const inProgress = new Map<string, Work>();
  let swept: Promise<void> | null = null;

  /** What a crash left behind. Nobody else makes disks here. */
  async function sweep(signal: AbortSignal): Promise<void> {
    for (const name of (await host.listFolder(dir, signal)) ?? []) {
      if (name.endsWith(UNFINISHED)) await host.remove(posix.join(dir, name), signal);
    }
  }

  async function make(of: { image: Image; images: Pick<ImagesFacet, 'exportFilesystem'>; path: string }, work: Work): Promise<string> {
    const { signal } = work.controller;
    const { image, path } = of;
    await host.makeFolder(dir, signal);
    swept ??= sweep(signal).catch((error: unknown) => {
      swept = null;
      throw error;
    });
    await swept;
    if ((await host.stat(path, signal)) !== null) return path;
    const neededBytes = Math.ceil(image.sizeBytes * 1.1) + SPARE_BYTES;
    await checkSpace(neededBytes, signal);
    const unfinished = `${path}.${randomBytes(4).toString('hex')}${UNFINISHED}`;
    try {
      await write({ ...of, unfinished, onRead: (bytes) => tell(work, image, bytes) }, signal);
      await host.rename(unfinished, path, signal);
      return path;
    } catch (error) {
      if (isAbort(error) || signal.aborted) throw error;
      // The tools die of a full disk in many ways (a bus error among them); the disk itself tells.
      await checkSpace(SPARE_BYTES, signal, neededBytes);
      throw error;
    } finally {
      await host.remove(unfinished, new AbortController().signal).catch((error: unknown) => {
        logger.warn('an unfinished disk was left', { path: unfinished, error: messageOf(error) });
      });
    }
  }

  async function write(
    of: { image: Image; images: Pick<ImagesFacet, 'exportFilesystem'>; unfinished: string; onRead: (bytes: number) => void },
    signal: AbortSignal,
  ): Promise<void> {
    const name = of.image.names[0] ?? of.image.id;
    let diskBytes = diskBytesFor(of.image.sizeBytes, leastBytes);
    for (let attempt = 1; ; attempt++) {
      try {
        const tar = counted(of.images.exportFilesystem(of.image.id, signal), of.onRead);
        return await writeExt4(host, { path: of.unfinished, diskBytes, image: name, seed: splitId(of.image.id).nativeId, tar }, signal);
      } catch (error) {
        if (!(error instanceof DiskTooSmall)) throw error;
        if (attempt === ATTEMPTS)
          throw new AppError('diskBuildFailed', { image: name, message: 'it does not fit on a disk' }, { cause: error });
        diskBytes *= 2;
      }
    }
  }

  /** @throws AppError `noSpace` when less than `leastBytes` is free */
  async function checkSpace(leastBytes: number, signal: AbortSignal, neededBytes = leastBytes): Promise<void> {
    const { stdout } = await host.exec(['df', '-P', '-k', dir], {}, signal);
    const freeKib = Number(stdout.toString().trim().split('\n').at(-1)?.split(/\s+/)[3]);
    if (freeKib * 1024 < leastBytes) throw new AppError('noSpace', { path: dir, neededMiB: Math.ceil(neededBytes / MIB) });
  }

  return {
    async diskFor({ image, images }, onProgress, signal) {
      if (signal.aborted) throw cancelled(signal);
      const key = splitId(image.id).nativeId.replaceAll(/[^\w.-]/g, '-');
      const work = inProgress.get(key) ?? begin(key, { image, images });
      work.listeners.add(onProgress);
      const { promise: gone, reject } = Promise.withResolvers<never>();
      const onAbort = () => {
        reject(cancelled(signal));
        work.listeners.delete(onProgress);
        // Somebody who comes from now on must not join what is being ended.
        if (work.listeners.size > 0) return;
        if (inProgress.get(key) === work) inProgress.delete(key);
        work.controller.abort();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        return await Promise.race([work.result, gone]);
      } catch (error) {
        // Nothing is left when the last caller hears of it.
        if (work.controller.signal.aborted) await work.result.catch(() => {});
        throw error;
      } finally {
        signal.removeEventListener('abort', onAbort);
        work.listeners.delete(onProgress);
      }
    },
  };

  function begin(key: string, of: { image: Image; images: Pick<ImagesFacet, 'exportFilesystem'> }): Work {
    const work: Work = { result: Promise.resolve(''), listeners: new Set(), controller: new AbortController() };
    work.result = make({ ...of, path: posix.join(dir, `${key}.ext4`) }, work).finally(() => {
      if (inProgress.get(key) === work) inProgress.delete(key);
    });
    // Each caller hears of a failure through its own race.
    work.result.catch(() => {});
    inProgress.set(key, work);
    return work;
  }
}

function cancelled(signal: AbortSignal): AppError {
  return new AppError('cancelled', {}, { cause: signal.reason });
}

/** The rest is for the checks after the last byte. */
const READING_SHARE = 0.95;

function tell(work: Work, image: Image, bytes: number): void {
  const progress = image.sizeBytes > 0 ? Math.min(1, bytes / image.sizeBytes) * READING_SHARE : null;
  for (const listener of work.listeners) listener(progress);
}

async function* counted(source: AsyncIterable<Uint8Array>, onRead: (bytes: number) => void): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    onRead(bytes);
    yield chunk;
  }
}
