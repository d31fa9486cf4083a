import type { FileEntry, FileType } from '../../contract/index.ts';
import { bytesToPath } from './path-bytes.ts';

/** Mode, size, user and group as numbers and as names, time, name: as the script LIST prints each entry. */
const ENTRY =
  /([0-9a-f]{1,8})\/(\d{1,20})\/(\d{1,10})\/(\d{1,10})\/([^/\n]{0,256})\/([^/\n]{0,256})\/(-?\d{1,12})\/\.\/([^/]{1,1024})\/\n?/gy;

/** By the file type bits of a mode: https://man7.org/linux/man-pages/man7/inode.7.html */
const TYPES: Record<number, FileType | undefined> = {
  1: 'pipe',
  2: 'device',
  4: 'folder',
  6: 'device',
  8: 'file',
  10: 'link',
  12: 'socket',
};

/** What the script LIST printed. It comes from the container's own programs: what does not look as it should is left out. */
export function parseListing(output: Buffer, { knowsNames }: { knowsNames: boolean }): FileEntry[] {
  const nul = output.indexOf(0);
  const listed = output.subarray(0, nul === -1 ? output.length : nul).toString('latin1');
  const targets = parseLinks(nul === -1 ? Buffer.alloc(0) : output.subarray(nul + 1));
  const entries: FileEntry[] = [];
  for (const [, mode = '', size, uid, gid, user = '', group = '', time, name = ''] of listed.matchAll(ENTRY)) {
    const bits = Number.parseInt(mode, 16);
    const type = TYPES[(bits >> 12) & 0xf];
    if (type === undefined) continue;
    entries.push({
      name: bytesToPath(Buffer.from(name, 'latin1')),
      type,
      sizeBytes: Number(size),
      mode: bits & 0o7777,
      uid: Number(uid),
      gid: Number(gid),
      user: nameOf(user, knowsNames),
      group: nameOf(group, knowsNames),
      modifiedMs: Number(time) * 1000,
      linkTarget: targets.get(name) ?? null,
    });
  }
  return entries;
}

/** `./name`, NUL, target, NUL, … ; the keys are bytes as latin1. */
function parseLinks(bytes: Buffer): Map<string, string> {
  const parts = bytes.toString('latin1').split('\0');
  const targets = new Map<string, string>();
  for (let at = 0; at + 1 < parts.length; at += 2) {
    targets.set((parts[at] ?? '').replace(/^\.\//, ''), bytesToPath(Buffer.from(parts[at + 1] ?? '', 'latin1')));
  }
  return targets;
}

/** `stat` says UNKNOWN, or the number again. */
function nameOf(name: string, knowsNames: boolean): string | null {
  return !knowsNames || name === '' || name === 'UNKNOWN' || /^\d+$/.test(name) ? null : Buffer.from(name, 'latin1').toString();
}
