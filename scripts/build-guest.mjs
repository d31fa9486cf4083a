// Builds the guest's init (assets/guest/init) into dist/guest/init. Plain Node ≥ 20: it runs before anything is installed.
import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), '..');
const sources = join(root, 'assets/guest/init');

/**
 * One static program: the initramfs holds no libraries. Does nothing when the built one is newer than every source.
 * @returns {Promise<string>} the path of the built program
 */
export async function buildGuestInit({ output = join(root, 'dist/guest/init'), compiler = 'cc' } = {}) {
  const files = (await readdir(sources)).map((name) => join(sources, name));
  const times = await Promise.all(files.map(async (file) => (await stat(file)).mtimeMs));
  const built = await stat(output).catch(() => null);
  if (built !== null && built.mtimeMs > Math.max(...times)) return output;
  await mkdir(dirname(output), { recursive: true });
  const unfinished = `${output}.${process.pid}`;
  const programs = files.filter((file) => file.endsWith('.c'));
  await promisify(execFile)(compiler, [
    '-D_GNU_SOURCE',
    '-std=c17',
    '-Os',
    '-Wall',
    '-Wextra',
    '-static',
    '-s',
    '-o',
    unfinished,
    ...programs,
  ]);
  await rename(unfinished, output);
  return output;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(await buildGuestInit());
}
