import { open, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';

/** As `vm.json` has it; of the rest nothing matters here. */
const machineFile = z.object({
  name: z.string(),
  guest: z
    .object({ hardware: z.object({ cdrom: z.object({ path: z.string().nullable() }).nullable() }) })
    .optional()
    .catch(undefined),
});

/**
 * Which files machines read from, by path, with the machines' names: what their disks lie on top of, and the discs in their drives.
 * Read from the disks themselves, so that snapshots, clones and machines in the bin count too.
 * @param folders each with one folder a machine; missing ones are no error
 */
export async function usersOfFiles(folders: readonly string[], signal: AbortSignal): Promise<Map<string, string[]>> {
  const users = new Map<string, Set<string>>();
  for (const folder of folders) {
    for (const machine of await foldersIn(folder)) {
      signal.throwIfAborted();
      const { name, disc } = await described(machine);
      for (const path of [disc, ...(await basesIn(machine))]) {
        if (path !== null) users.set(path, (users.get(path) ?? new Set()).add(name));
      }
    }
  }
  return new Map([...users].map(([path, names]) => [path, [...names].sort()]));
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
}

async function described(machine: string): Promise<{ name: string; disc: string | null }> {
  try {
    const { name, guest } = machineFile.parse(JSON.parse(await readFile(join(machine, 'vm.json'), 'utf8')));
    return { name, disc: guest?.hardware.cdrom?.path ?? null };
  } catch {
    return { name: machine, disc: null };
  }
}

/** What the qcow2 files below a folder name as their backing files. */
async function basesIn(machine: string): Promise<string[]> {
  const entries = await readdir(machine, { withFileTypes: true, recursive: true }).catch(() => []);
  const bases = entries.filter((entry) => entry.isFile()).map((entry) => backingFile(entry.parentPath, entry.name));
  return (await Promise.all(bases)).filter((base) => base !== null);
}

/** Null for what is no qcow2, or lies on top of nothing. */
export async function backingFile(folder: string, name: string): Promise<string | null> {
  try {
    await using file = await open(join(folder, name), 'r');
    const head = Buffer.alloc(20);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    if (bytesRead < head.length || head.readUInt32BE(0) !== 0x514649fb) return null;
    const [offset, length] = [head.readBigUInt64BE(8), head.readUInt32BE(16)];
    if (offset === 0n || offset > 2n ** 40n || length > 1023) return null;
    const named = Buffer.alloc(length);
    await file.read(named, 0, length, Number(offset));
    return resolve(folder, named.toString('utf8'));
  } catch {
    return null;
  }
}
