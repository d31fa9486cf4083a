import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { unpackKernel, unpackModule } from './bzimage.ts';
import { type CpioEntry, packCpio } from './cpio.ts';

/** A kernel package as it lies on the host: `modules` is flat, or a distribution's own tree. */
interface KernelPackage {
  release: string;
  image: string;
  modules: string;
}

/** What a guest boots with, on the host. */
export interface GuestKernel {
  release: string;
  /** Path of the unpacked kernel. */
  kernel: string;
  /** Path of the base initramfs per machine type: our init and the modules for its bus. */
  initrd: Record<'microvm' | 'q35', string>;
}

export interface KernelOptions {
  host: Host;
  /** `<release>/{vmlinuz,modules/…}` */
  kernelsDir: string;
  cacheDir: string;
  /** The built init, on this computer: it belongs to the app, not to the host. */
  guestInit: string;
}

/** Raised when what is written below changes. */
const LAYOUT = 1;

const BUS_MODULES = {
  microvm: ['virtio_mmio'],
  q35: ['virtio_pci_modern_dev', 'virtio_pci_legacy_dev', 'virtio_pci'],
};
/** In the order in which they need each other; those that a kernel has built in are not there as files. */
const FIRST_MODULES = ['virtio_ring', 'virtio'];
const DEVICE_MODULES = ['crc16', 'mbcache', 'jbd2', 'crc32c_generic', 'ext4'].concat([
  'virtio_blk',
  'virtio_console',
  'failover',
  'net_failover',
  'virtio_net',
]);
/** Loaded when the workload runs already. */
const LATE_MODULES = ['virtio_balloon', 'virtio-rng'];

const MODULE_FOLDERS = ['', 'drivers/virtio', 'drivers/block', 'drivers/net', 'drivers/char', 'drivers/char/hw_random'].concat([
  'net/core',
  'fs/ext4',
  'fs/jbd2',
  'fs',
  'lib',
  'crypto',
]);

/**
 * Finds the newest guest kernel, unpacks it and packs the base initramfs; both are kept until one of their sources changes.
 * @throws AppError `kernelMissing`, `kernelUnreadable`, `noSpace`
 */
export async function prepareKernel(options: KernelOptions, signal: AbortSignal): Promise<GuestKernel> {
  const { host } = options;
  const found = await findKernel(options, signal);
  const init = await readFile(options.guestInit).catch((error: unknown) => {
    throw new AppError('fileMissing', { path: options.guestInit }, { cause: error });
  });
  const image = await host.stat(found.image, signal);
  const key = createHash('sha256')
    .update(JSON.stringify([LAYOUT, found, image?.sizeBytes, image?.modifiedMs]))
    .update(init)
    .digest('hex');
  const folder = posix.join(options.cacheDir, `guest-${key.slice(0, 16)}`);
  const prepared: GuestKernel = {
    release: found.release,
    kernel: posix.join(folder, 'vmlinux'),
    initrd: { microvm: posix.join(folder, 'initrd-microvm'), q35: posix.join(folder, 'initrd-q35') },
  };
  const files = [prepared.kernel, prepared.initrd.microvm, prepared.initrd.q35];
  // Each is written whole or not at all; who keeps a cache tidy may take any of them.
  const there = await Promise.all(files.map((path) => host.stat(path, signal)));
  if (!there.includes(null)) return prepared;
  const kernel = await unpackKernel(host, { path: found.image, image: await host.readFile(found.image, signal) }, signal);
  await host.writeFile(prepared.kernel, kernel, {}, signal);
  const modules = await readModules(host, found, signal);
  for (const machine of ['microvm', 'q35'] as const) {
    await host.writeFile(prepared.initrd[machine], packInitrd(init, modules, BUS_MODULES[machine]), {}, signal);
  }
  return prepared;
}

/** The newest one that is there. @throws AppError `kernelMissing` */
export async function findKernel(
  { host, kernelsDir }: Pick<KernelOptions, 'host' | 'kernelsDir'>,
  signal: AbortSignal,
): Promise<KernelPackage> {
  const releases = (await host.listFolder(kernelsDir, signal)) ?? [];
  for (const release of newestFirst(releases.filter((name) => !name.startsWith('.')))) {
    const folder = posix.join(kernelsDir, release);
    const found = { release, image: posix.join(folder, 'vmlinuz'), modules: posix.join(folder, 'modules') };
    if ((await host.stat(found.image, signal)) !== null) return found;
  }
  // The host's own kernel runs guests too; on Ubuntu only root may read it.
  const images = (await host.listFolder('/boot', signal)) ?? [];
  for (const name of newestFirst(images.filter((file) => file.startsWith('vmlinuz-')))) {
    const release = name.slice('vmlinuz-'.length);
    const found = { release, image: `/boot/${name}`, modules: `/lib/modules/${release}/kernel` };
    const readable = await host.exec(['test', '-r', found.image], {}, signal);
    if (readable.exitCode === 0 && (await host.stat(found.modules, signal)) !== null) return found;
  }
  throw new AppError('kernelMissing', { path: kernelsDir });
}

function newestFirst(names: string[]): string[] {
  return names.toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }));
}

async function readModules(host: Host, found: KernelPackage, signal: AbortSignal): Promise<Map<string, Buffer>> {
  const wanted = new Set([...FIRST_MODULES, ...Object.values(BUS_MODULES).flat(), ...DEVICE_MODULES, ...LATE_MODULES]);
  const modules = new Map<string, Buffer>();
  for (const folder of MODULE_FOLDERS.map((name) => posix.join(found.modules, name))) {
    for (const file of (await host.listFolder(folder, signal)) ?? []) {
      const name = /^(.*)\.ko(\.xz|\.zst|\.gz)?$/.exec(file)?.[1];
      if (name === undefined || !wanted.has(name) || modules.has(name)) continue;
      const content = await host.readFile(posix.join(folder, file), signal);
      modules.set(name, await unpackModule(host, { name: file, content }, signal));
    }
  }
  return modules;
}

/** `modules/order` is what the guest's init reads (assets/guest/init/boot.c). */
function packInitrd(init: Buffer, modules: Map<string, Buffer>, bus: string[]): Buffer {
  const early = [...FIRST_MODULES, ...bus, ...DEVICE_MODULES].filter((name) => modules.has(name));
  const late = LATE_MODULES.filter((name) => modules.has(name));
  const lines = [...early.map(moduleFile), '', ...late.map(moduleFile)];
  return packCpio([
    ...['dev', 'proc', 'sys', 'root', 'modules'].map((path): CpioEntry => ({ path, mode: 0o755 })),
    { path: 'init', mode: 0o755, content: init },
    { path: 'modules/order', mode: 0o644, content: Buffer.from(`${lines.join('\n')}\n`) },
    ...[...early, ...late].map(
      (name): CpioEntry => ({ path: `modules/${moduleFile(name)}`, mode: 0o644, content: modules.get(name) as Buffer }),
    ),
  ]);
}

function moduleFile(name: string): string {
  return `${name}.ko`;
}
