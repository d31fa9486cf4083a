// Fetches the guest's kernel from the machine's own Debian or Ubuntu package source; nothing is installed.
// Plain Node ≥ 20: it runs before anything is installed.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Debian's small kernel for virtual machines, and its peers on Ubuntu and where the first is not known. */
const METAPACKAGES = ['linux-image-cloud-amd64', 'linux-image-kvm', 'linux-image-virtual', 'linux-image-amd64'];

/** What a guest needs of the modules; the rest of a kernel package is ten times as large. */
const MODULE_FOLDERS = [
  'drivers/virtio',
  'drivers/block',
  'drivers/net',
  'drivers/char',
  'net/core',
  'fs/ext4',
  'fs/jbd2',
  'fs/mbcache',
  'crypto',
  'lib',
];
const MODULE_NAME =
  /^(virtio(_ring|_mmio|_pci|_pci_modern_dev|_pci_legacy_dev|_blk|_net|_console|_balloon|-rng)?|failover|net_failover|ext4|jbd2|mbcache|crc16|crc32c_generic|libcrc32c)\.ko(\.xz|\.zst|\.gz)?$/;

/**
 * Puts `<kernelsDir>/<release>/vmlinuz` and `<kernelsDir>/<release>/modules/**` there, whole or not at all.
 * @param {{ kernelsDir: string, log?: (line: string) => void }} options
 * @returns {Promise<{ release: string, fetched: boolean }>} `fetched` is false when that kernel was there already
 */
export async function fetchKernel({ kernelsDir, log = () => {} }) {
  const name = await kernelPackage();
  const release = releaseOf(name);
  if ((await readdir(kernelsDir).catch(() => [''])).includes(release)) return { release, fetched: false };
  await mkdir(kernelsDir, { recursive: true });
  const work = await mkdtemp(join(tmpdir(), 'catamaran-kernel-'));
  // Beside its place, so that the last step is a rename.
  const unfinished = await mkdtemp(join(kernelsDir, '.unfinished-'));
  try {
    log(`downloading ${name}`);
    const { image, modules } = await unpackKernel(name, work);
    await cp(image, join(unfinished, 'vmlinuz'));
    await copyModules(join(modules, 'kernel'), join(unfinished, 'modules'));
    await rename(unfinished, join(kernelsDir, release)).catch((error) => {
      // Somebody else has put the same one there meanwhile, whole as ours.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    return { release, fetched: true };
  } finally {
    await rm(work, { recursive: true, force: true });
    await rm(unfinished, { recursive: true, force: true });
  }
}

/**
 * The kernel that Debian gives to any PC, with all of its modules, unpacked into `folder`, which exists.
 * @param {string} folder
 */
export async function fetchOrdinaryKernel(folder) {
  return await unpackKernel(await kernelPackage(['linux-image-amd64']), folder);
}

/** @param {string} name @param {string} folder */
async function unpackKernel(name, folder) {
  const release = releaseOf(name);
  for (const wanted of await withModulesPackage(name, release)) await run('apt-get', ['download', wanted], { cwd: folder });
  const unpacked = join(folder, 'unpacked');
  for (const file of await readdir(folder)) if (file.endsWith('.deb')) await run('dpkg', ['-x', join(folder, file), unpacked]);
  return { release, image: join(unpacked, 'boot', `vmlinuz-${release}`), modules: join(unpacked, 'lib/modules', release) };
}

/** @param {string} name */
function releaseOf(name) {
  return name.replace(/^linux-image-(unsigned-)?/, '');
}

/** @param {string} name @returns {Promise<string[]>} */
async function dependencies(name) {
  const { stdout } = await run('apt-cache', ['depends', '--important', name]).catch(() => ({ stdout: '' }));
  return [...stdout.matchAll(/Depends: (\S+)/g)].map((match) => match[1] ?? '');
}

/** The metapackage depends on the package of the newest release. */
async function kernelPackage(metapackages = METAPACKAGES) {
  for (const metapackage of metapackages) {
    const found = (await dependencies(metapackage)).find((name) => /^linux-image-(unsigned-)?\d/.test(name));
    if (found !== undefined) return found;
  }
  throw new Error(`none of the packages ${metapackages.join(', ')} is known here; run apt-get update, then try again`);
}

/** Ubuntu keeps the modules in a package of their own. @param {string} name @param {string} release */
async function withModulesPackage(name, release) {
  const modules = `linux-modules-${release}`;
  return (await dependencies(name)).includes(modules) ? [name, modules] : [name];
}

/** @param {string} from @param {string} to */
async function copyModules(from, to) {
  await mkdir(to, { recursive: true });
  for (const folder of MODULE_FOLDERS) {
    for (const entry of await readdir(join(from, folder), { recursive: true, withFileTypes: true }).catch(() => [])) {
      if (!entry.isFile() || !MODULE_NAME.test(entry.name)) continue;
      await cp(join(entry.parentPath, entry.name), join(to, entry.name));
    }
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const kernelsDir = process.argv[2];
  if (kernelsDir === undefined) throw new Error('usage: node scripts/fetch-kernel.mjs KERNELS_DIR');
  console.log(await fetchKernel({ kernelsDir, log: console.log }));
}
