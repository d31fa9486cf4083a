import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { packCpio } from '../backend/drivers/qemu/cpio.ts';
import { run } from './debian-rootfs.ts';

const CACHE = resolve(import.meta.dirname, '../node_modules/.cache/catamaran');
const VERSION = 1;
const WITHIN_MS = 120_000;
const MIB = 1024 * 1024;
const KERNEL = 'linux-image-cloud-arm64';

/** In the order in which they need one another. */
const MODULES = [
  ...['virtio/virtio_ring', 'virtio/virtio', 'virtio/virtio_pci_modern_dev', 'virtio/virtio_pci_legacy_dev', 'virtio/virtio_pci'],
  'block/virtio_blk',
];

/** Says which disks it has, now and whenever that changes. */
const INIT = `#!/bin/busybox sh
export PATH=/bin
busybox mount -t devtmpfs dev /dev
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
for module in /modules/*; do busybox insmod "$module"; done
echo "a guest on $(busybox uname -m)"
while :; do
  disks="disks: $(cd /sys/block && echo *)."
  [ "$disks" = "$told" ] || echo "$disks"
  told=$disks
  busybox usleep 200000
done
`;

const LOADER_ENTRY = 'title Debian\nlinux /vmlinuz\ninitrd /initrd\noptions quiet panic=-1\n';

/**
 * A disk (qcow2) with Debian's kernel for AArch64 and nearly nothing else, made once of Debian's packages (nothing is installed, and
 * this machine's apt stays as it is) and kept among the caches. Boots by UEFI. A string says why there is none.
 */
export async function armGuest(): Promise<{ path: string } | string> {
  const path = join(CACHE, `arm-guest-${VERSION}.qcow2`);
  if (existsSync(path)) return { path };
  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(join(CACHE, 'arm-guest-'));
  try {
    const arm = await unpackForeign(work);
    const tools = join(work, 'tools');
    await mkdir(tools);
    await run('apt-get', ['download', 'mtools'], { cwd: tools, timeout: WITHIN_MS });
    await unpack(tools, tools);
    const disk = join(work, 'disk.raw');
    await writeDisk({ work, arm, mtools: join(tools, 'usr/bin/mtools'), disk });
    await run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', disk, join(work, 'disk.qcow2')]);
    await rename(join(work, 'disk.qcow2'), path);
    return { path };
  } catch (error) {
    return `a guest for AArch64 could not be made: ${error instanceof Error ? error.message.slice(0, 500) : error}`;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The packages of the other architecture, found by lists of their own. */
async function unpackForeign(work: string): Promise<string> {
  const folder = join(work, 'arm');
  for (const one of ['state/lists/partial', 'cache/archives/partial', 'packages']) await mkdir(join(folder, one), { recursive: true });
  const settings = {
    'Dir::State': join(folder, 'state'),
    'Dir::Cache': join(folder, 'cache'),
    'Dir::State::status': '/dev/null',
    'APT::Architecture': 'arm64',
    'APT::Architectures': 'arm64',
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const packages = join(folder, 'packages');
  await run('apt-get', [...options, 'update'], { timeout: WITHIN_MS });
  const { stdout } = await run('apt-cache', [...options, 'depends', '--important', KERNEL]);
  const kernel = /Depends: (linux-image-\S+)/.exec(stdout)?.[1];
  if (kernel === undefined) throw new Error(`${KERNEL} is not known here`);
  await run('apt-get', [...options, 'download', kernel, 'busybox-static', 'systemd-boot-efi'], { cwd: packages, timeout: WITHIN_MS });
  await unpack(packages, join(folder, 'root'));
  return join(folder, 'root');
}

async function unpack(packages: string, target: string): Promise<void> {
  for (const name of await readdir(packages)) if (name.endsWith('.deb')) await run('dpkg', ['-x', join(packages, name), target]);
}

/** A file system without a partition: firmware takes it as it is. */
async function writeDisk({ work, arm, mtools, disk }: { work: string; arm: string; mtools: string; disk: string }): Promise<void> {
  const [release = ''] = await readdir(join(arm, 'lib/modules'));
  await writeFile(join(work, 'initrd'), await initrd(arm, join(arm, 'lib/modules', release, 'kernel/drivers')));
  await writeFile(join(work, 'loader.conf'), 'timeout 0\ndefault debian.conf\n');
  await writeFile(join(work, 'debian.conf'), LOADER_ENTRY);
  await writeFile(disk, '');
  await truncate(disk, 64 * MIB);
  const mtool = async (name: string, ...args: string[]) => await run(mtools, ['-c', name, '-i', disk, ...args]);
  await mtool('mformat', '-F', '-h', '255', '-s', '63', '-T', String((64 * MIB) / 512), '::');
  await mtool('mmd', '::/EFI', '::/EFI/BOOT', '::/loader', '::/loader/entries');
  for (const [from, to] of [
    [join(arm, 'usr/lib/systemd/boot/efi/systemd-bootaa64.efi'), 'EFI/BOOT/BOOTAA64.EFI'],
    [join(arm, 'boot', `vmlinuz-${release}`), 'vmlinuz'],
    [join(work, 'initrd'), 'initrd'],
    [join(work, 'loader.conf'), 'loader/loader.conf'],
    [join(work, 'debian.conf'), 'loader/entries/debian.conf'],
  ] as const) {
    await mtool('mcopy', from, `::/${to}`);
  }
}

async function initrd(arm: string, drivers: string): Promise<Buffer> {
  const folders = ['bin', 'dev', 'proc', 'sys', 'modules'].map((path) => ({ path, mode: 0o755 }));
  const loaded = MODULES.map(async (name, index) => {
    return { path: `modules/${index}.ko`, mode: 0o644, content: await readFile(join(drivers, `${name}.ko`)) };
  });
  const busybox = { path: 'bin/busybox', mode: 0o755, content: await readFile(join(arm, 'bin/busybox')) };
  return packCpio([...folders, ...(await Promise.all(loaded)), busybox, { path: 'init', mode: 0o755, content: Buffer.from(INIT) }]);
}
