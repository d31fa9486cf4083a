import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A file system in memory. Disposing takes it away. */
export interface Room extends AsyncDisposable {
  /** Only so many bytes more fit in, until what is returned is disposed of. */
  leave(bytes: number): Promise<AsyncDisposable>;
}

/** Mounts one of that size. Needs root. @param path made when it is not there */
export async function mountRoom(path: string, bytes: number): Promise<Room> {
  await mkdir(path, { recursive: true });
  await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path]);
  const resize = async (to: number) => void (await run('mount', ['-o', `remount,size=${to}`, path]));
  return {
    async leave(more) {
      const { stdout } = await run('df', ['-B1', '--output=used', path]);
      await resize(Number(stdout.trim().split('\n').at(-1)) + more);
      return { [Symbol.asyncDispose]: () => resize(bytes) };
    },
    // Lazily: the kernel may still be closing the files of a QEMU that has ended.
    [Symbol.asyncDispose]: async () => void (await run('umount', ['--lazy', path])),
  };
}
