import { AppError } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';

export interface DiskOwner {
  pid: number;
  /** A virtual machine's name, else the program's. */
  name: string;
}

/**
 * Who has the file open, as the host's /proc tells it: QEMU's locks carry no process id. Null when it cannot be found: it has
 * ended meanwhile, belongs to another user, or there is no /proc.
 */
export async function diskOwner(host: Host, path: string, signal: AbortSignal): Promise<DiskOwner | null> {
  try {
    const real = (await host.exec(['readlink', '-f', '--', path], {}, signal)).stdout.toString().replace(/\n$/, '');
    const links = ['-path', '/proc/[0-9]*/fd/*', '-lname', real.replaceAll(/[*?[\]\\]/g, '\\$&')];
    // Processes end while it looks: its exit code says nothing.
    const { stdout } = await host.exec(['find', '/proc', '-mindepth', '3', '-maxdepth', '3', ...links], {}, signal);
    for (const [, pid] of stdout.toString().matchAll(/^\/proc\/(\d+)\/fd\//gm)) {
      const words = (await host.readFile(`/proc/${pid}/cmdline`, signal)).toString().split('\0');
      return { pid: Number(pid), name: nameOf(words) };
    }
    return null;
  } catch (error) {
    if (error instanceof AppError && error.code === 'cancelled') throw error;
    return null;
  }
}

/** `qemu-system-x86_64 -name guest=web,…` is `web`. */
export function nameOf(command: readonly string[]): string {
  const program = command[0]?.split('/').at(-1) ?? '';
  const named = command[command.indexOf('-name') + 1];
  if (!program.startsWith('qemu-system-') || !command.includes('-name') || named === undefined) return program;
  // A comma that belongs to the name is doubled.
  const options = named.split(/(?<!,),(?!,)/);
  const name = options.find((option) => option.startsWith('guest=')) ?? options[0] ?? '';
  return name.replace(/^guest=/, '').replaceAll(',,', ',');
}
