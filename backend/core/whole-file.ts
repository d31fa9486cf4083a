import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file whole or not at all, and on disk before it returns (unless `durable` is false): a temporary file beside it, then a
 * rename. Makes missing folders (0700). Throws what Node throws; nothing half-written stays.
 */
export async function writeWholeFile(
  path: string,
  content: Uint8Array | string,
  options: { mode: number; durable?: boolean },
  signal?: AbortSignal,
): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { durable = true } = options;
  await using cleanup = new AsyncDisposableStack();
  {
    await using file = await open(temporary, 'wx', 0o600);
    cleanup.defer(() => unlink(temporary).catch(() => {}));
    await file.writeFile(content, { signal });
    // Not through open: the umask would take bits away.
    await file.chmod(options.mode);
    if (durable) await file.sync();
  }
  await rename(temporary, path);
  cleanup.move();
  if (durable) await syncFolder(folder);
}

/** A rename is on disk only once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders.
  if (process.platform === 'win32') return;
  await using handle = await open(folder, 'r');
  await handle.sync();
}
