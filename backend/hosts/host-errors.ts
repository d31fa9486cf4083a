import { AppError, messageOf, systemCode } from '../core/index.ts';

const MIB = 1024 * 1024;

/** The Debian (and Ubuntu) package that has a command, where it is not called the same. */
const DEBIAN_PACKAGES: Record<string, string> = {
  busybox: 'busybox-static',
  docker: 'docker.io',
  dockerd: 'docker.io',
  mke2fs: 'e2fsprogs',
  'mkfs.ext4': 'e2fsprogs',
  resize2fs: 'e2fsprogs',
  debugfs: 'e2fsprogs',
  e2fsck: 'e2fsprogs',
  'qemu-img': 'qemu-utils',
  'qemu-nbd': 'qemu-utils',
  'qemu-system-x86_64': 'qemu-system-x86',
  'qemu-system-aarch64': 'qemu-system-arm',
  ps: 'procps',
  sshd: 'openssh-server',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  ip: 'iproute2',
  cp: 'coreutils',
  newuidmap: 'uidmap',
};

export function commandMissing(command: string, host: string, cause?: unknown): AppError {
  const name = command.slice(command.lastIndexOf('/') + 1);
  return new AppError('commandMissing', { command, host, package: DEBIAN_PACKAGES[name] ?? name }, { cause });
}

/** The one error of an aborted call; an AppError given as the reason of the abort goes through as it is. */
export function cancelled(signal: AbortSignal): AppError {
  return signal.reason instanceof AppError ? signal.reason : new AppError('cancelled', {}, { cause: signal.reason });
}

export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled(signal);
}

/** @param neededBytes what the disk should have had room for, where that is known */
export function fileError(error: unknown, path: string, neededBytes = 0): AppError {
  if (error instanceof AppError) return error;
  switch (systemCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new AppError('fileMissing', { path }, { cause: error });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new AppError('fileDenied', { path }, { cause: error });
    case 'ENOSPC':
    case 'EDQUOT':
      return new AppError('noSpace', { path, neededMiB: Math.max(1, Math.ceil(neededBytes / MIB)) }, { cause: error });
    case 'ABORT_ERR':
      return new AppError('cancelled', {}, { cause: error });
    default:
      return new AppError('fileFailed', { path, message: messageOf(error) }, { cause: error });
  }
}

export function socketError(error: unknown, endpoint: string): AppError {
  if (error instanceof AppError) return error;
  const code = systemCode(error);
  if (code === 'EACCES' || code === 'EPERM') return new AppError('fileDenied', { path: endpoint }, { cause: error });
  return new AppError('socketUnreachable', { endpoint, message: messageOf(error) }, { cause: error });
}
