import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemCode } from '../core/index.ts';
import type { Host } from './host.ts';
import { cancelled, fileError, throwIfCancelled } from './host-errors.ts';

type Files = Pick<Host, 'readFile' | 'writeFile' | 'listFolder' | 'stat' | 'makeFolder' | 'remove' | 'rename'>;

const FOLDER_MODE = 0o700;

export const localFiles: Files = {
  async readFile(path, signal) {
    throwIfCancelled(signal);
    try {
      return await readFile(path, { signal });
    } catch (error) {
      throw signal.aborted ? cancelled(signal) : fileError(error, path);
    }
  },

  async writeFile(path, content, options, signal) {
    throwIfCancelled(signal);
    const folder = dirname(path);
    const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    try {
      await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
      await using cleanup = new AsyncDisposableStack();
      {
        await using file = await open(temporary, 'wx', 0o600);
        cleanup.defer(() => unlink(temporary).catch(() => {}));
        await file.writeFile(bytes, { signal });
        // Not through open: the umask would take bits away.
        await file.chmod(options.mode ?? 0o600);
        await file.sync();
      }
      await rename(temporary, path);
      cleanup.move();
      await syncFolder(folder);
    } catch (error) {
      throw signal.aborted ? cancelled(signal) : fileError(error, path, bytes.byteLength);
    }
  },

  async listFolder(path, signal) {
    throwIfCancelled(signal);
    try {
      return await readdir(path);
    } catch (error) {
      if (isMissing(error)) return null;
      throw fileError(error, path);
    }
  },

  async stat(path, signal) {
    throwIfCancelled(signal);
    try {
      const stats = await stat(path);
      return { kind: kindOf(stats), sizeBytes: stats.size, modifiedMs: stats.mtimeMs };
    } catch (error) {
      if (isMissing(error)) return null;
      throw fileError(error, path);
    }
  },

  async makeFolder(path, signal) {
    throwIfCancelled(signal);
    await mkdir(path, { recursive: true, mode: FOLDER_MODE }).catch((error) => {
      throw fileError(error, path);
    });
  },

  async remove(path, signal) {
    throwIfCancelled(signal);
    await rm(path, { recursive: true, force: true }).catch((error) => {
      throw fileError(error, path);
    });
  },

  async rename(from, to, signal) {
    throwIfCancelled(signal);
    await rename(from, to).catch((error) => {
      throw fileError(error, from);
    });
  },
};

export function isMissing(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** A rename is on disk only once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders.
  if (process.platform === 'win32') return;
  await using handle = await open(folder, 'r');
  await handle.sync();
}

function kindOf(stats: Stats): 'file' | 'folder' | 'socket' | 'other' {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isSocket() ? 'socket' : 'other';
}
