import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fetchOrdinaryKernel } from '../scripts/fetch-kernel.mjs';
import { writeBootDisk } from './debian-boot-disk.ts';
import { mirrorOf, run } from './debian-rootfs.ts';

const CACHE = resolve(import.meta.dirname, '../node_modules/.cache/catamaran');
const WITHIN_MS = 400_000;

/** python3-cffi-backend is what python3-cryptography means by a virtual package, and debootstrap knows none. */
const PACKAGES = [
  ...['systemd-sysv', 'dbus', 'udev', 'kmod', 'iproute2', 'procps', 'sudo', 'netbase'],
  ...['cloud-init', 'cloud-guest-utils', 'python3-cffi-backend', 'qemu-guest-agent', 'openssh-server'],
];

/** A graphical session without a picture, that shares its clipboard. */
const DESKTOP = ['xvfb', 'spice-vdagent', 'xclip'];
/** What Mesa draws with is larger than all the rest, and nothing here draws. */
const NOT_FOR_DESKTOP = /mesa|llvm|libz3|libicu|adwaita/;

/** Of 400 MB of modules these are of use under QEMU. A cloud's kernel would be smaller, and knows neither 9p nor a TPM. */
const MODULE_FOLDERS = [
  ...['drivers/virtio', 'drivers/cdrom', 'drivers/acpi', 'drivers/char/hw_random', 'drivers/char/tpm'],
  ...['fs/ext4', 'fs/jbd2', 'fs/isofs', 'fs/fat', 'fs/nls', 'fs/fuse', 'fs/overlayfs', 'fs/autofs', 'fs/efivarfs', 'fs/configfs'],
  ...['fs/9p', 'fs/netfs', 'fs/fscache', 'net/9p', 'net/core', 'crypto', 'lib'],
];
const MODULES = [
  ...['drivers/block/virtio_blk.ko', 'drivers/char/virtio_console.ko', 'drivers/net/virtio_net.ko', 'drivers/net/net_failover.ko'],
  ...['drivers/ata/libata.ko', 'drivers/ata/ahci.ko', 'drivers/ata/libahci.ko', 'drivers/input/evdev.ko', 'fs/mbcache.ko'],
  'drivers/firmware/qemu_fw_cfg.ko',
  ...['drivers/gpu/drm/drm.ko', 'drivers/gpu/drm/drm_kms_helper.ko', 'drivers/gpu/drm/drm_shmem_helper.ko'],
  'drivers/gpu/drm/virtio/virtio-gpu.ko',
  ...['drivers/scsi/scsi_common.ko', 'drivers/scsi/scsi_mod.ko', 'drivers/scsi/sd_mod.ko', 'drivers/scsi/sr_mod.ko'],
];

/** Slow, or of no use in a machine that lives for a test. */
const MASKED = [
  ...['apt-daily.timer', 'apt-daily-upgrade.timer', 'dpkg-db-backup.timer', 'e2scrub_all.timer', 'e2scrub_reap.service', 'fstrim.timer'],
  ...['systemd-pstore.service', 'systemd-binfmt.service', 'proc-sys-fs-binfmt_misc.automount', 'systemd-firstboot.service'],
  ...['systemd-repart.service', 'systemd-pcrphase.service', 'systemd-pcrphase-sysinit.service', 'sys-kernel-debug.mount'],
  ...['sys-kernel-tracing.mount', 'sys-kernel-config.mount', 'sys-fs-fuse-connections.mount', 'dev-hugepages.mount', 'dev-mqueue.mount'],
  ...['systemd-sysusers.service', 'systemd-journal-flush.service', 'systemd-random-seed.service', 'systemd-modules-load.service'],
  ...['cloud-init-hotplugd.socket', 'getty@tty1.service', 'remote-fs.target'],
];
const ENABLED: Record<string, string> = {
  'multi-user.target.wants/systemd-networkd.service': '/lib/systemd/system/systemd-networkd.service',
  'network-online.target.wants/systemd-networkd-wait-online.service': '/lib/systemd/system/systemd-networkd-wait-online.service',
  'sockets.target.wants/systemd-networkd.socket': '/lib/systemd/system/systemd-networkd.socket',
};

/**
 * Keys of the older kinds take a minute to make under emulation, and so does a locale; each module costs its import. These are the
 * ones that a form could ask for.
 */
const CLOUD_CONFIG = `datasource_list: [NoCloud]
locale: C.UTF-8
ssh_genkeytypes: [ed25519]
apt_preserve_sources_list: true
cloud_init_modules: [bootcmd, write-files, growpart, resizefs, mounts, set_hostname, update_hostname, update_etc_hosts, users-groups, ssh]
cloud_config_modules: [locale, set-passwords, timezone, runcmd]
cloud_final_modules: [package-update-upgrade-install, write-files-deferred, scripts-user, final-message, power-state-change]
`;

/**
 * A disk (qcow2) with a Debian of this machine's release, made once of its packages and kept among the caches: systemd, cloud-init
 * (NoCloud), the QEMU guest agent, an SSH server, and what an X server needs that shares its clipboard; boots by BIOS and by UEFI
 * from a virtio disk, says all on ttyS0. Without a seed nobody can sign in. Mounts nothing. A string says why there is none.
 */
export async function debianGuest(): Promise<{ path: string } | string> {
  const sources = ['debian-guest.ts', 'debian-boot-disk.ts'].map((name) => readFile(join(import.meta.dirname, name)));
  const version = createHash('sha256')
    .update(Buffer.concat(await Promise.all(sources)))
    .digest('hex')
    .slice(0, 12);
  const path = join(CACHE, `debian-guest-${version}.qcow2`);
  if (existsSync(path)) return { path };
  if (process.getuid?.() !== 0) return 'debootstrap needs root';
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const suite = /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1];
  if (!/^ID=debian$/m.test(release) || suite === undefined) return 'this machine is not Debian';
  const mirror = await mirrorOf(suite);
  if (mirror === null) return 'no Debian mirror is configured on this machine';
  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(join(CACHE, 'debian-guest-'));
  try {
    const root = join(work, 'root');
    await mkdir(join(work, 'kernel'));
    const kernel = await fetchOrdinaryKernel(join(work, 'kernel'));
    const include = `--include=${PACKAGES.join(',')}`;
    await run('debootstrap', ['--variant=minbase', include, suite, root, mirror], { timeout: WITHIN_MS, maxBuffer: 2 ** 26 });
    await unpackDesktop(work, root);
    const modules = await installModules(kernel, root);
    await configure(root);
    await writeBootDisk({ work, root, kernel: kernel.image, modules, path: join(work, 'disk.qcow2') });
    await rename(join(work, 'disk.qcow2'), path);
    return { path };
  } catch (error) {
    return `a Debian guest could not be made: ${error instanceof Error ? error.message.slice(0, 500) : error}`;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Unpacked and not set up, which would take longer than all of the guest. */
async function unpackDesktop(work: string, root: string): Promise<void> {
  const folder = join(work, 'desktop');
  await mkdir(folder);
  const ofGuest = ['-o', `Dir::State::status=${join(root, 'var/lib/dpkg/status')}`];
  const { stdout } = await run('apt-get', [...ofGuest, '--simulate', '--no-install-recommends', 'install', ...DESKTOP]);
  const names = [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name).filter((name) => !NOT_FOR_DESKTOP.test(name));
  await run('apt-get', ['download', ...names], { cwd: folder, timeout: WITHIN_MS });
  const tree = join(work, 'tree');
  for (const file of await readdir(folder)) await run('dpkg', ['-x', join(folder, file), tree]);
  // `dpkg -x` would make folders of the guest's links, as /lib is one.
  for (const name of await readdir(tree)) await run('cp', ['-a', `${join(tree, name)}/.`, join(root, name)]);
  await run('chroot', [root, 'ldconfig']);
}

/** Returns the folder with all of them. */
async function installModules({ release, modules }: { release: string; modules: string }, root: string): Promise<string> {
  const target = join(root, 'lib/modules', release);
  for (const path of [...MODULE_FOLDERS, ...MODULES]) {
    const from = join(modules, 'kernel', path);
    if (existsSync(from)) await cp(from, join(target, 'kernel', path), { recursive: true });
  }
  for (const name of (await readdir(modules)).filter((one) => /^modules\.(order|builtin)/.test(one))) {
    await cp(join(modules, name), join(target, name));
  }
  await run('chroot', [root, 'depmod', release]);
  return join(target, 'kernel');
}

async function configure(root: string): Promise<void> {
  const system = join(root, 'etc/systemd/system');
  const files: Record<string, string> = {
    'etc/fstab': 'LABEL=debian-guest / ext4 defaults,discard 0 0\n',
    'etc/hostname': 'debian\n',
    // Filled at the first boot, so that no two machines have the same.
    'etc/machine-id': '',
    // Beside other work an emulated guest needs minutes for what systemd gives a minute and a half.
    'etc/systemd/system.conf': '[Manager]\nDefaultTimeoutStartSec=15min\nDefaultDeviceTimeoutSec=15min\n',
    'etc/systemd/journald.conf': '[Journal]\nStorage=volatile\n',
    // QEMU's own name server, on its user network.
    'etc/resolv.conf': 'nameserver 10.0.2.3\n',
    'etc/cloud/cloud.cfg.d/90-catamaran.cfg': CLOUD_CONFIG,
    // It has no session manager, and no pointer to move.
    'etc/default/spice-vdagentd': 'SPICE_VDAGENTD_EXTRA_ARGS="-X -f -u /dev/null"\n',
    // What it finds out by looking at every disk is known.
    'etc/cloud/ds-identify.cfg': 'policy: enabled\n',
  };
  for (const [path, content] of Object.entries(files)) await writeFile(join(root, path), content);
  for (const unit of MASKED) await symlink('/dev/null', join(system, unit)).catch(() => {});
  for (const [link, target] of Object.entries(ENABLED)) {
    await mkdir(join(system, link, '..'), { recursive: true });
    await symlink(target, join(system, link)).catch(() => {});
  }
  for (const path of ['usr/share/doc', 'usr/share/locale', 'usr/share/man', 'var/cache/apt', 'var/lib/apt/lists', 'var/log']) {
    await rm(join(root, path), { recursive: true, force: true });
    await mkdir(join(root, path));
  }
  for (const name of await readdir(join(root, 'etc/ssh'))) if (name.startsWith('ssh_host_')) await rm(join(root, 'etc/ssh', name));
}
