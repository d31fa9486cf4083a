import { open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packCpio } from '../backend/drivers/qemu/cpio.ts';
import { run } from './debian-rootfs.ts';

const MIB = 1024 * 1024;
const SECTOR = 512;
/** One partition for both kinds of firmware: a FAT with the kernel, syslinux for BIOS and systemd-boot for UEFI. */
const BOOT = { start: 1 * MIB, size: 64 * MIB };
const ROOT = { start: 65 * MIB, size: 1536 * MIB };

/** With room for the words of `setKernelWords`. */
const KERNEL_LINE = 'console=tty0 console=ttyS0 quiet panic=-1'.padEnd(120);

/** In the order in which they need one another. */
const BOOT_MODULES = [
  ...['drivers/virtio/virtio_ring', 'drivers/virtio/virtio', 'drivers/virtio/virtio_pci_modern_dev'],
  // The last one beside PCI, for machines without it.
  ...['drivers/virtio/virtio_pci_legacy_dev', 'drivers/virtio/virtio_pci', 'drivers/virtio/virtio_mmio', 'drivers/block/virtio_blk'],
  ...['crypto/crc32c_generic', 'lib/crc16', 'fs/mbcache', 'fs/jbd2/jbd2', 'fs/ext4/ext4'],
];

/** Debian's own initramfs takes half a minute to make, and seconds to run under emulation; the disk is always a virtio one. */
const INIT = `#!/bin/busybox sh
export PATH=/bin
busybox mount -t devtmpfs dev /dev
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
for module in /modules/*; do busybox insmod "$module"; done
tries=0
until disk=$(busybox findfs LABEL=debian-guest 2>/dev/null); do
  tries=$((tries+1))
  [ $tries -gt 600 ] && { echo "no disk is labelled debian-guest"; busybox poweroff -f; }
  busybox usleep 50000
done
busybox mount -t ext4 -o discard "$disk" /root || busybox poweroff -f
busybox mount --move /dev /root/dev
init=$(busybox sed -n 's/.* init=\\([^ ]*\\).*/\\1/p' /proc/cmdline)
busybox umount /sys /proc
exec busybox switch_root /root "\${init:-/sbin/init}"
`;

const SYSLINUX = `DEFAULT debian
PROMPT 0
TIMEOUT 1
SERIAL 0 115200
LABEL debian
  LINUX /vmlinuz
  INITRD /initrd
  APPEND ${KERNEL_LINE}
`;

const LOADER = 'timeout 0\ndefault debian.conf\n';
const LOADER_ENTRY = `title Debian\nlinux /vmlinuz\ninitrd /initrd\noptions ${KERNEL_LINE}\n`;

export interface BootDisk {
  /** A folder for what is needed on the way. */
  work: string;
  root: string;
  kernel: string;
  /** `kernel/` of the kernel's modules. */
  modules: string;
  /** The qcow2 to be made. */
  path: string;
}

/** A disk with a boot partition and a root partition from a folder. Nothing is mounted, and what it takes is only unpacked. */
export async function writeBootDisk({ work, root, kernel, modules, path }: BootDisk): Promise<void> {
  const tools = await unpackTools(work);
  const disk = join(work, 'disk.raw');
  const boot = join(work, 'boot.fat');
  const ext4 = join(work, 'root.ext4');
  await writeFile(join(work, 'initrd'), await initrd(modules));
  await writeBootPartition({ work, kernel, tools, boot });
  await run('mke2fs', ['-q', '-t', 'ext4', '-L', 'debian-guest', '-d', root, '-E', 'lazy_itable_init=1', ext4, `${ROOT.size / 1024}k`]);
  await writeFile(disk, await bootRecord(tools));
  for (const [from, at] of [
    [boot, BOOT],
    [ext4, ROOT],
  ] as const) {
    await run('dd', [`if=${from}`, `of=${disk}`, 'bs=1M', `seek=${at.start / MIB}`, 'conv=notrunc,sparse', 'status=none']);
  }
  // Room behind it for the backup that a partition table of the newer kind keeps there.
  await truncate(disk, ROOT.start + ROOT.size + MIB);
  await run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', disk, path]);
}

/** Gives the kernel of a disk that lies on top of one of ours more words. */
export async function setKernelWords({ base, disk, words }: { base: string; disk: string; words: string }): Promise<void> {
  const boot = `${disk}.boot`;
  const line = `${disk}.line`;
  await run('qemu-img', ['dd', '-f', 'qcow2', '-O', 'raw', 'bs=1M', `count=${(BOOT.start + BOOT.size) / MIB}`, `if=${base}`, `of=${boot}`]);
  const content = await readFile(boot);
  await writeFile(line, `${KERNEL_LINE.trimEnd()} ${words}`.padEnd(KERNEL_LINE.length));
  for (let at = content.indexOf(KERNEL_LINE); at >= 0; at = content.indexOf(KERNEL_LINE, at + 1)) {
    await run('qemu-io', ['-f', 'qcow2', '-c', `write -q -s ${line} ${at} ${KERNEL_LINE.length}`, disk]);
  }
  await Promise.all([boot, line].map((path) => rm(path)));
}

/** Boot loaders and what writes FAT without a mount, from the packages that this machine can install. */
async function unpackTools(work: string): Promise<string> {
  const tools = join(work, 'tools');
  await run('mkdir', [tools]);
  const packages = ['syslinux', 'syslinux-common', 'mtools', 'systemd-boot-efi'];
  await run('apt-get', ['download', ...packages], { cwd: tools });
  const { stdout } = await run('find', [tools, '-name', '*.deb']);
  for (const archive of stdout.trim().split('\n')) await run('dpkg', ['-x', archive, tools]);
  return tools;
}

async function initrd(modules: string): Promise<Buffer> {
  const folders = ['bin', 'dev', 'proc', 'sys', 'root', 'modules'].map((path) => ({ path, mode: 0o755 }));
  const loaded = BOOT_MODULES.map(async (name, index) => {
    const content = await readFile(join(modules, `${name}.ko`));
    return { path: `modules/${String(index).padStart(2, '0')}.ko`, mode: 0o644, content };
  });
  const busybox = { path: 'bin/busybox', mode: 0o755, content: await readFile('/bin/busybox') };
  const init = { path: 'init', mode: 0o755, content: Buffer.from(INIT) };
  return packCpio([...folders, ...(await Promise.all(loaded)), busybox, init]);
}

async function writeBootPartition({ work, kernel, tools, boot }: { work: string; kernel: string; tools: string; boot: string }) {
  const env = { ...process.env, PATH: `${join(tools, 'usr/bin')}:${process.env.PATH}`, MTOOLS_SKIP_CHECK: '1' };
  const mtool = async (name: string, ...args: string[]) => await run(join(tools, 'usr/bin', name), ['-i', boot, ...args], { env });
  await writeFile(boot, '');
  await truncate(boot, BOOT.size);
  await mtool('mformat', '-F', '-H', String(BOOT.start / SECTOR), '-T', String(BOOT.size / SECTOR), '-h', '255', '-s', '63', '::');
  await mtool('mmd', '::/EFI', '::/EFI/BOOT', '::/loader', '::/loader/entries');
  const texts = { 'syslinux.cfg': SYSLINUX, 'loader/loader.conf': LOADER, 'loader/entries/debian.conf': LOADER_ENTRY };
  for (const [target, text] of Object.entries(texts)) {
    await writeFile(join(work, 'text'), text);
    await mtool('mcopy', join(work, 'text'), `::/${target}`);
  }
  await mtool('mcopy', kernel, '::/vmlinuz');
  await mtool('mcopy', join(work, 'initrd'), '::/initrd');
  await mtool('mcopy', join(tools, 'usr/lib/systemd/boot/efi/systemd-bootx64.efi'), '::/EFI/BOOT/BOOTX64.EFI');
  await run(join(tools, 'usr/bin/syslinux'), ['--install', boot], { env });
}

/** The first sector: code that starts the active partition, and two partitions. https://en.wikipedia.org/wiki/Master_boot_record */
async function bootRecord(tools: string): Promise<Buffer> {
  const record = Buffer.alloc(SECTOR);
  const code = join(tools, 'usr/lib/syslinux/mbr/mbr.bin');
  if ((await stat(code)).size > 440) throw new Error('the boot code is too long');
  const file = await open(code);
  await file.read(record, 0, 440, 0);
  await file.close();
  const ACTIVE = 0x80;
  const EFI_SYSTEM = 0xef;
  const LINUX = 0x83;
  const write = (index: number, entry: { flags: number; type: number; start: number; size: number }) => {
    const at = 446 + index * 16;
    record[at] = entry.flags;
    record[at + 4] = entry.type;
    record.writeUInt32LE(entry.start / SECTOR, at + 8);
    record.writeUInt32LE(entry.size / SECTOR, at + 12);
  };
  write(0, { flags: ACTIVE, type: EFI_SYSTEM, ...BOOT });
  write(1, { flags: 0, type: LINUX, ...ROOT });
  record.writeUInt32LE(0x0ca7a3a4, 440);
  record.writeUInt16LE(0xaa55, 510);
  return record;
}
