import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { AppError, isAbort, messageOf, systemCode } from '../core/index.ts';

/** A folder on this computer that goes away with its owner. */
export interface SpooledFolder extends AsyncDisposable {
  readonly path: string;
}

/** Unpacks what a page sends into folders of its own, for as long as a build needs them. */
export class Spool {
  readonly #dir: string;
  #swept: Promise<void> | null = null;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /**
   * @param onBytes how much of the archive has been read
   * @throws AppError invalidInput for an archive that leads out of its folder, noSpace
   */
  async unpack(archive: AsyncIterable<Uint8Array>, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<SpooledFolder> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    // What a crash left behind: this instance is the only one that uses the folder.
    this.#swept ??= this.#sweep();
    await this.#swept;
    const path = await mkdtemp(join(this.#dir, 'context-'));
    const remove = () => rm(path, { recursive: true, force: true });
    try {
      await unpackInto(path, counted(archive, onBytes), signal);
      return { path, [Symbol.asyncDispose]: remove };
    } catch (error) {
      await remove();
      throw toProblem(error, { path, signal });
    }
  }

  async #sweep(): Promise<void> {
    for (const name of await readdir(this.#dir)) await rm(join(this.#dir, name), { recursive: true, force: true });
  }
}

async function unpackInto(folder: string, archive: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  const tar = extract();
  const reading = pipeline(Readable.from(archive, { objectMode: false }), tar, { signal });
  reading.catch(() => {});
  for await (const entry of tar) {
    const { name, type, mode = 0o644, mtime } = entry.header;
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.includes('..') || name.includes('\0'))
      throw new AppError('invalidInput', { field: 'archive', message: `${name} leads out of it` });
    const path = join(folder, ...parts);
    if (type === 'directory') {
      await mkdir(path, { recursive: true, mode: 0o755 });
      entry.resume();
    } else if (type === 'file' && parts.length > 0) {
      await mkdir(dirname(path), { recursive: true, mode: 0o755 });
      await pipeline(entry, createWriteStream(path, { mode: mode & 0o777 }), { signal });
      // BuildKit asks for a file again when its time is another one.
      if (mtime != null) await utimes(path, mtime, mtime);
    } else entry.resume();
  }
  await reading;
}

async function* counted(bytes: AsyncIterable<Uint8Array>, onBytes: (bytes: number) => void): AsyncGenerator<Uint8Array, void> {
  let count = 0;
  for await (const chunk of bytes) {
    count += chunk.length;
    onBytes(count);
    yield chunk;
  }
}

function toProblem(error: unknown, { path, signal }: { path: string; signal: AbortSignal }): unknown {
  if (signal.aborted || isAbort(error)) return new AppError('cancelled', {}, { cause: error });
  if (error instanceof AppError) return error;
  if (systemCode(error) === 'ENOSPC') return new AppError('noSpace', { path, neededMiB: 1 }, { cause: error });
  return new AppError('invalidInput', { field: 'archive', message: messageOf(error) }, { cause: error });
}
