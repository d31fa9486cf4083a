import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { run } from './debian-rootfs.ts';

const CACHE = resolve(import.meta.dirname, '../node_modules/.cache/catamaran');
const WITHIN_MS = 120_000;
/** The installer itself, the loader for discs, and what writes a disc. */
const PACKAGES = ['debian-installer-12-netboot-amd64', 'isolinux', 'genisoimage'];
const INSTALLER = 'usr/lib/debian-installer/images/12/amd64/text/debian-installer';
const MENU = 'debian-installer/amd64/boot-screens';

const BOOT_CONFIG = `path ${MENU}/
prompt 0
timeout 0
include ${MENU}/menu.cfg
default ${MENU}/vesamenu.c32
`;

/**
 * Debian’s netboot installer as a disc that boots by BIOS, made once of Debian’s own packages (nothing is installed) and kept
 * among the caches. Its package brings the files for the network only, so the loader for discs is put before the same menu.
 * A string says why there is none.
 */
export async function installerIso(): Promise<{ path: string } | string> {
  const path = join(CACHE, 'debian-12-netboot.iso');
  if (existsSync(path)) return { path };
  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(join(CACHE, 'installer-'));
  try {
    await run('apt-get', ['download', ...PACKAGES], { cwd: work, timeout: WITHIN_MS });
    const unpacked = join(work, 'unpacked');
    for (const file of await readdir(work)) if (file.endsWith('.deb')) await run('dpkg', ['-x', join(work, file), unpacked]);
    const disc = join(work, 'disc');
    await cp(join(unpacked, INSTALLER), join(disc, 'debian-installer'), { recursive: true });
    await cp(join(unpacked, 'usr/lib/ISOLINUX/isolinux.bin'), join(disc, 'isolinux.bin'));
    await cp(join(disc, MENU, 'ldlinux.c32'), join(disc, 'ldlinux.c32'));
    await writeFile(join(disc, 'isolinux.cfg'), BOOT_CONFIG);
    const boot = ['-b', 'isolinux.bin', '-c', 'boot.cat', '-no-emul-boot', '-boot-load-size', '4', '-boot-info-table'];
    const image = join(work, 'disc.iso');
    await run(join(unpacked, 'usr/bin/genisoimage'), ['-quiet', '-r', '-J', ...boot, '-o', image, disc], { timeout: WITHIN_MS });
    await rename(image, path);
    return { path };
  } catch (error) {
    return `Debian’s installer cannot be had here: ${error instanceof Error ? error.message : error}`;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
