import { readdir, readFile } from 'node:fs/promises';
import type { VmFiles } from '../backend/drivers/qemu/vm-files.ts';

/** Programs whose command names this machine's folder for sockets, each once. */
export async function serversOf({ runFolder }: VmFiles): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  const ours = commands.filter((command) => command.includes(`${runFolder}/`));
  return [...new Set(ours.map((command) => command.split('\0')[0]?.split('/').at(-1) ?? ''))].sort();
}
