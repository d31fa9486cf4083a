import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export const run = promisify(execFile);
const CACHED = resolve(import.meta.dirname, '../node_modules/.cache/catamaran/debian-rootfs.tar');
const WITHIN_MS = 240_000;

/**
 * A Debian root filesystem as a tar, made once with debootstrap and kept among the caches. From the mirror that this machine
 * installs its own packages from. A string says why there is none.
 */
export async function debianRootfs(): Promise<{ path: string } | string> {
  if (existsSync(CACHED)) return { path: CACHED };
  if (process.getuid?.() !== 0) return 'debootstrap needs root';
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const suite = /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1];
  if (!/^ID=debian$/m.test(release) || suite === undefined) return 'this machine is not Debian';
  const mirror = await mirrorOf(suite);
  if (mirror === null) return 'no Debian mirror is configured on this machine';
  await mkdir(join(CACHED, '..'), { recursive: true });
  const folder = await mkdtemp(join(CACHED, '..', 'debootstrap-'));
  try {
    await run('debootstrap', ['--variant=minbase', suite, join(folder, 'root'), mirror], { timeout: WITHIN_MS, maxBuffer: 2 ** 26 });
    await run('tar', ['-C', join(folder, 'root'), '--numeric-owner', '--one-file-system', '-cf', join(folder, 'rootfs.tar'), '.']);
    await rename(join(folder, 'rootfs.tar'), CACHED);
    return { path: CACHED };
  } catch (error) {
    return `debootstrap did not work: ${error instanceof Error ? error.message.slice(0, 200) : error}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What apt itself fetches this release from; null when nothing is configured. */
export async function mirrorOf(suite: string): Promise<string | null> {
  const { stdout } = await run('apt-get', ['indextargets', '--format', '$(SITE) $(RELEASE) $(CREATED_BY)']).catch(() => ({ stdout: '' }));
  const line = stdout.split('\n').find((one) => one.includes(` ${suite} Packages`));
  return line?.split(' ')[0] ?? null;
}
