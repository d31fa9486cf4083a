import type { SharedFolder } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';

/** A virtiofsd that can be used on the host. */
export interface Virtiofsd {
  binary: string;
  /** Whether it can share this folder as it is to be shared. */
  takes(folder: SharedFolder): boolean;
  arguments(socket: string, folder: SharedFolder): string[];
}

/** Not on anybody's PATH: Fedora and Debian since 13, Debian before, Arch. */
const PLACES = ['/usr/libexec/virtiofsd', '/usr/lib/qemu/virtiofsd', '/usr/lib/virtiofsd'];

/** Null where there is none, or only QEMU's old one (before 8.0), which wants to be root. */
export async function findVirtiofsd(host: Host, signal: AbortSignal): Promise<Virtiofsd | null> {
  for (const binary of PLACES) {
    if ((await host.stat(binary, signal)) === null) continue;
    const { stdout } = await host.exec([binary, '--help'], {}, signal);
    const help = stdout.toString();
    if (help.includes('--shared-dir')) {
      const readOnly = help.includes('--readonly');
      return {
        binary,
        takes: ({ writable }) => writable || readOnly,
        arguments: (socket, { path, writable }) => ['--socket-path', socket, '--shared-dir', path, ...(writable ? [] : ['--readonly'])],
      };
    }
    if (!(await isRoot(host, signal))) continue;
    return {
      binary,
      // It cannot keep a guest from writing; in its options a comma ends a value, and nothing quotes it.
      takes: ({ path, writable }) => writable && !path.includes(','),
      arguments: (socket, { path }) => [`--socket-path=${socket}`, '-o', `source=${path}`],
    };
  }
  return null;
}

export async function isRoot(host: Host, signal: AbortSignal): Promise<boolean> {
  const { stdout } = await host.exec(['id', '-u'], {}, signal);
  return stdout.toString().trim() === '0';
}

/** Whether a command is there to be run. */
export async function hasCommand(host: Host, command: string, signal: AbortSignal): Promise<boolean> {
  try {
    await host.exec([command, '--version'], {}, signal);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.reason === 'commandMissing') return false;
    throw error;
  }
}
