// What the machine must have besides Node, and why. What is looked for is the command or the file, not the package:
// it may have come from anywhere.
import { accessSync, closeSync, constants, existsSync, openSync, readSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * @typedef {object} Requirement
 * @property {string} why      What it is for; said before it is installed, and as what will not work without it.
 * @property {() => boolean} met
 * @property {{ apt: string[], dnf: string[], pacman: string[], brew: string[] }} packages  Empty: nothing to install there.
 * @property {boolean} [linuxOnly]
 */

// System folders too: a normal user's PATH lacks them on Debian.
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'].filter(Boolean);

/** @param {string} name @returns {string | null} its path */
export function findCommand(name) {
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here; look on.
    }
  }
  return null;
}

const has = (/** @type {string[]} */ ...names) => names.every((name) => findCommand(name) !== null);
const hasFile = (/** @type {string[]} */ ...paths) => paths.some((path) => existsSync(path));

/** A 64-bit ELF file without an interpreter needs no library: it runs in an empty image. */
export function isStaticExecutable(/** @type {string} */ path) {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(4096);
    if (readSync(file, head) < 64 || head.readUInt32BE(0) !== 0x7f454c46) return false;
    const [tableOffset, entrySize, entries] = [Number(head.readBigUInt64LE(32)), head.readUInt16LE(54), head.readUInt16LE(56)];
    const PT_INTERP = 3;
    for (let entry = 0; entry < entries; entry++) {
      if (head.readUInt32LE(tableOffset + entry * entrySize) === PT_INTERP) return false;
    }
    return true;
  } finally {
    closeSync(file);
  }
}

function hasStaticBusybox() {
  return ['/bin/busybox', '/usr/bin/busybox', '/usr/local/bin/busybox'].some((path) => existsSync(path) && isStaticExecutable(path));
}

/** Podman with what it needs to give containers a network, and, without root, ids and storage of their own. */
function hasPodman() {
  const network = hasFile('/usr/lib/podman/netavark', '/usr/libexec/podman/netavark', '/usr/lib/cni', '/usr/libexec/cni');
  const rootless = process.getuid?.() === 0 || (has('newuidmap') && (has('slirp4netns') || has('pasta')));
  return has('podman') && (has('crun') || has('runc')) && network && rootless;
}

const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
const libraryFolders = [`/usr/lib/${triplet}`, '/usr/lib64', '/usr/lib'];

/** @type {Requirement[]} */
export const APP = [
  {
    why: 'compiles the terminal and SSH modules',
    met: () => has('python3', 'make', 'g++'),
    packages: { apt: ['python3', 'make', 'g++'], dnf: ['python3', 'make', 'gcc-c++'], pacman: ['python', 'make', 'gcc'], brew: [] },
  },
  {
    why: 'compiles the init program of virtual machines (C compiler, static libc)',
    met: () => has('cc') && hasFile(...libraryFolders.map((folder) => join(folder, 'libc.a'))),
    packages: { apt: ['gcc', 'libc6-dev'], dnf: ['gcc', 'glibc-static'], pacman: ['gcc'], brew: [] },
    linuxOnly: true,
  },
  {
    why: 'runs containers',
    met: () => has('docker') || has('dockerd') || (process.platform === 'linux' ? hasPodman() : has('podman')),
    // Each is named because recommended packages are not installed: networks, rootless storage, either runtime.
    packages: {
      apt: ['podman', 'crun', 'runc', 'netavark', 'aardvark-dns', 'iptables', 'uidmap', 'slirp4netns', 'fuse-overlayfs', 'catatonit'],
      dnf: ['podman'],
      pacman: ['podman', 'crun'],
      brew: ['podman'],
    },
  },
  {
    why: 'runs virtual machines',
    met: () => has('qemu-system-x86_64'),
    packages: { apt: ['qemu-system-x86'], dnf: ['qemu-system-x86'], pacman: ['qemu-system-x86'], brew: ['qemu'] },
  },
  {
    why: 'makes the disks of virtual machines',
    met: () => has('qemu-img'),
    packages: {
      apt: ['qemu-utils'],
      dnf: ['qemu-img'],
      pacman: ['qemu-img'],
      brew: [],
    },
  },
  {
    why: 'is the UEFI firmware of virtual machines',
    met: () => hasFile('/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_CODE.fd', '/usr/share/edk2/ovmf', '/usr/share/edk2/x64'),
    packages: { apt: ['ovmf'], dnf: ['edk2-ovmf'], pacman: ['edk2-ovmf'], brew: [] },
    linuxOnly: true,
  },
  {
    why: 'is the content of the starter image (a static busybox)',
    met: hasStaticBusybox,
    packages: { apt: ['busybox-static'], dnf: ['busybox'], pacman: ['busybox'], brew: [] },
    linuxOnly: true,
  },
  {
    why: 'names the program that has taken a port',
    met: () => has('ss', 'ip'),
    packages: { apt: ['iproute2'], dnf: ['iproute'], pacman: ['iproute2'], brew: [] },
    linuxOnly: true,
  },
  {
    why: 'lets image registries be checked (certificates)',
    met: () => hasFile('/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt'),
    packages: { apt: ['ca-certificates'], dnf: ['ca-certificates'], pacman: ['ca-certificates'], brew: [] },
    linuxOnly: true,
  },
];

/** What the tests need besides: every engine that they drive, a browser, an SSH server. @type {Requirement[]} */
export const TESTS = [
  {
    why: 'is one of the engines that the tests drive (Podman)',
    met: () => hasPodman() && has('runc'),
    packages: {
      apt: ['podman', 'crun', 'runc', 'netavark', 'aardvark-dns', 'iptables', 'uidmap', 'slirp4netns', 'fuse-overlayfs'],
      dnf: ['podman'],
      pacman: ['podman'],
      brew: [],
    },
  },
  {
    why: 'is one of the engines that the tests drive (Docker)',
    met: () => has('dockerd', 'iptables'),
    packages: { apt: ['docker.io', 'iptables'], dnf: ['moby-engine'], pacman: ['docker'], brew: [] },
  },
  {
    why: 'starts the stacks of the tests (Compose)',
    met: () => has('docker-compose', 'podman-compose'),
    packages: {
      apt: ['docker-compose', 'podman-compose'],
      dnf: ['docker-compose', 'podman-compose'],
      pacman: ['docker-compose', 'podman-compose'],
      brew: [],
    },
  },
  {
    why: 'holds the pods of the tests',
    met: () => has('catatonit') || hasFile('/usr/libexec/podman/catatonit', '/usr/lib/podman/catatonit'),
    packages: { apt: ['catatonit'], dnf: ['catatonit'], pacman: ['catatonit'], brew: [] },
  },
  {
    why: 'checks the filesystems that the tests make',
    met: () => has('mke2fs', 'e2fsck', 'debugfs'),
    packages: { apt: ['e2fsprogs'], dnf: ['e2fsprogs'], pacman: ['e2fsprogs'], brew: ['e2fsprogs'] },
  },
  {
    why: 'runs guests for another processor in the tests (AArch64)',
    met: () => has('qemu-system-aarch64') && hasFile('/usr/share/AAVMF/AAVMF_CODE.fd', '/usr/share/edk2/aarch64'),
    packages: {
      apt: ['qemu-system-arm', 'qemu-efi-aarch64'],
      dnf: ['qemu-system-aarch64', 'edk2-aarch64'],
      pacman: ['qemu-system-aarch64', 'edk2-aarch64'],
      brew: [],
    },
  },
  {
    why: 'is the TPM of a virtual machine in the tests',
    met: () => has('swtpm'),
    packages: { apt: ['swtpm', 'swtpm-tools'], dnf: ['swtpm', 'swtpm-tools'], pacman: ['swtpm'], brew: [] },
  },
  {
    why: 'makes the certificates and checks the hashes of the tests',
    met: () => has('openssl'),
    packages: { apt: ['openssl'], dnf: ['openssl'], pacman: ['openssl'], brew: [] },
  },
  {
    why: 'is the registry that the tests pull from',
    met: () => has('docker-registry'),
    packages: { apt: ['docker-registry'], dnf: ['docker-distribution'], pacman: ['distribution-registry'], brew: [] },
  },
  {
    why: 'is the host that the tests reach over SSH',
    met: () => has('sshd', 'ssh-keygen'),
    packages: {
      apt: ['openssh-server', 'openssh-client'],
      dnf: ['openssh-server', 'openssh-clients'],
      pacman: ['openssh'],
      brew: [],
    },
  },
  {
    why: 'shows the app to the end-to-end tests',
    met: () => has('chromium'),
    packages: { apt: ['chromium'], dnf: ['chromium'], pacman: ['chromium'], brew: [] },
  },
  {
    why: 'draws the Korean and the emoji that the tests type',
    met: () =>
      hasFile('/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc', '/usr/share/fonts/noto-cjk') &&
      hasFile('/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf', '/usr/share/fonts/noto'),
    packages: {
      apt: ['fonts-noto-cjk', 'fonts-noto-color-emoji'],
      dnf: ['google-noto-sans-cjk-fonts', 'google-noto-color-emoji-fonts'],
      pacman: ['noto-fonts-cjk', 'noto-fonts-emoji'],
      brew: [],
    },
  },
];

/** @param {Requirement[]} requirements */
export function unmet(requirements) {
  return requirements.filter((requirement) => !(requirement.linuxOnly && process.platform !== 'linux') && !requirement.met());
}
