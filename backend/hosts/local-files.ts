import type { Stats } from 'node:fs';
import { constants, copyFile, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { systemCode, writeWholeFile } from '../core/index.ts';
import type { Host } from './host.ts';
import { cancelled, fileError, throwIfCancelled } from './host-errors.ts';

type Files = Pick<Host, 'readFile' | 'writeFile' | 'listFolder' | 'stat' | 'makeFolder' | 'remove' | 'rename' | 'copy'>;

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
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    try {
      await writeWholeFile(path, bytes, { mode: 0o600, ...options }, signal);
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

  async copy(from, to, signal) {
    throwIfCancelled(signal);
    await copyFile(from, to, constants.COPYFILE_FICLONE).catch((error) => {
      throw fileError(error, from);
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

function kindOf(stats: Stats): 'file' | 'folder' | 'socket' | 'other' {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isSocket() ? 'socket' : 'other';
}
