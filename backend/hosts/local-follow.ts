import { type FSWatcher, watch } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { fileError } from './host-errors.ts';
import { isMissing } from './local-files.ts';

const CHUNK_BYTES = 64 * 1024;

/**
 * The file from `offset` on, then what is appended. A file that shrank is read from its start again, and so is a new file
 * under the same name (log rotation), after the old one has been read to its end.
 */
export async function* followFile(path: string, offset: number, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  using changes = new ChangeSignal(signal);
  let file: FileHandle | null = null;
  let position = offset;
  try {
    while (!signal.aborted) {
      // Watch first, then read: what comes between is seen as a change.
      changes.watch(path);
      file ??= await openIfThere(path);
      if (file !== null) {
        const { size, ino } = await file.stat();
        if (size < position) position = 0;
        const bytes = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - position));
        const { bytesRead } = bytes.length > 0 ? await file.read(bytes, 0, bytes.length, position) : { bytesRead: 0 };
        if (bytesRead > 0) {
          position += bytesRead;
          yield bytes.subarray(0, bytesRead);
          continue;
        }
        if (await isOther(path, ino)) {
          await file.close();
          file = null;
          position = 0;
          changes.rewatch();
          continue;
        }
      }
      await changes.next();
    }
  } catch (error) {
    throw fileError(error, path);
  } finally {
    await file?.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Whether another file has come in the place of the open one; a removed one is kept until then. */
async function isOther(path: string, ino: number): Promise<boolean> {
  try {
    return (await stat(path)).ino !== ino;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Wakes one waiter for any change of a file, of its folder's entry for it, or of the nearest folder above that exists. */
class ChangeSignal implements Disposable {
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #signal: AbortSignal;
  #changed = false;
  #wake: () => void = () => {};
  readonly #onAbort = () => this.#wake();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort);
  }

  /** Idempotent: adds what can be watched by now. The file itself too, for it may be a link into another folder. */
  watch(path: string): void {
    this.#add(path, null);
    let folder = dirname(path);
    let entry = basename(path);
    while (!this.#add(folder, entry) && dirname(folder) !== folder) {
      entry = basename(folder);
      folder = dirname(folder);
    }
  }

  rewatch(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  async next(): Promise<void> {
    if (!this.#changed && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#changed = false;
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.rewatch();
  }

  #add(path: string, entry: string | null): boolean {
    if (this.#watchers.has(path)) return true;
    try {
      const watcher = watch(path, { persistent: false }, (_, name) => {
        if (entry !== null && name !== null && name !== entry) return;
        this.#changed = true;
        this.#wake();
      });
      const drop = () => {
        watcher.close();
        if (this.#watchers.get(path) === watcher) this.#watchers.delete(path);
      };
      watcher.on('error', drop);
      this.#watchers.set(path, watcher);
      return true;
    } catch {
      // Not there yet; the folder above tells when it comes.
      return false;
    }
  }
}
