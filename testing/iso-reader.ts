import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { run } from './debian-rootfs.ts';

const CACHE = resolve(import.meta.dirname, '../node_modules/.cache/catamaran');
const PACKAGE = 'genisoimage';

/**
 * `isoinfo` of cdrkit, a reader of ISO 9660 and Joliet that shares nothing with ours: fetched once from this machine's package source
 * and unpacked among the caches, not installed. A string says why there is none.
 */
export async function isoReader(): Promise<{ path: string } | string> {
  const folder = join(CACHE, PACKAGE);
  const path = join(folder, 'usr/bin/isoinfo');
  if (existsSync(path)) return { path };
  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(join(CACHE, `${PACKAGE}-`));
  try {
    await run('apt-get', ['download', PACKAGE], { cwd: work });
    const [archive = ''] = (await readdir(work)).filter((name) => name.endsWith('.deb'));
    await run('dpkg', ['-x', join(work, archive), join(work, 'unpacked')]);
    await rename(join(work, 'unpacked'), folder);
    return { path };
  } catch {
    return `the package ${PACKAGE} cannot be downloaded here`;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
