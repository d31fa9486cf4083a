import { posix } from 'node:path';
import { z } from 'zod';
import { AppError, isAbort } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { imageChain } from './disk-images/index.ts';
import { readText } from './process.ts';

/** Paths of disks' files, with the names of the machines that are built upon each. */
export type FileUsers = ReadonlyMap<string, readonly string[]>;

/** Of snapshots and detached disks too, so the files themselves are asked, and no definition. */
const DISK_FILE = /\.qcow2(\.unrepaired)?$/;

/** What all machines but the one in `folder` are built upon; those in the bin, which can come back, count too. */
export async function fileUsers(host: Host, folder: string, signal: AbortSignal): Promise<FileUsers> {
  const vmsDir = posix.dirname(folder);
  const users = new Map<string, string[]>();
  for (const id of (await host.listFolder(vmsDir, signal)) ?? []) {
    const other = posix.join(vmsDir, id);
    if (other === folder) continue;
    const files = ((await host.listFolder(other, signal)) ?? []).filter((file) => DISK_FILE.test(file));
    const chains = await Promise.all(files.map((file) => basesOf(host, posix.join(other, file), signal)));
    const bases = new Set(chains.flat());
    if (bases.size === 0) continue;
    const name = await nameOf(host, { folder: other, id }, signal);
    for (const path of bases) users.set(path, [...(users.get(path) ?? []), name]);
  }
  return users;
}

/** Names of the files in a machine's folder that others are built upon. */
export function linkedFiles(users: FileUsers, folder: string): Set<string> {
  return new Set([...users.keys()].filter((path) => posix.dirname(path) === folder).map((path) => posix.basename(path)));
}

/** Who is built upon anything in a machine's folder. */
export function usersOfFolder(users: FileUsers, folder: string): string[] {
  return [...new Set([...users].flatMap(([path, names]) => (posix.dirname(path) === folder ? names : [])))];
}

/** @throws AppError `filesLinked` when there are such machines */
export function refuseLinked(of: { name: string; users: readonly string[] }): void {
  if (of.users.length > 0) throw new AppError('filesLinked', { name: of.name, machines: [...new Set(of.users)].sort().join(', ') });
}

async function basesOf(host: Host, path: string, signal: AbortSignal): Promise<string[]> {
  try {
    return (await imageChain(host, { path, format: 'qcow2' }, signal)).slice(1).map((image) => image.path);
  } catch (error) {
    if (isAbort(error)) throw error;
    // One that cannot be read says so on its own page.
    return [];
  }
}

const named = z.object({ name: z.string() });

async function nameOf(host: Host, { folder, id }: { folder: string; id: string }, signal: AbortSignal): Promise<string> {
  try {
    return named.parse(JSON.parse(await readText(host, posix.join(folder, 'vm.json'), signal))).name;
  } catch (error) {
    if (isAbort(error)) throw error;
    return id;
  }
}
