import { posix } from 'node:path';
import { AppError } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import { diskOwner } from './owner.ts';

/** QEMU locks the images that it uses, and says so to whoever comes second. */
const LOCKED = /Is another process using the image(?: \[(.+)\])?\?/;
/** What it says of an image whose own tables are wrong. */
const DAMAGED =
  /not in \w+ format|header|corrupt|Invalid|too large|out of range|unaligned|L[12] table|refcount|Unsupported qcow2 version|Input\/output error/i;

/** What `qemu-img`, or QEMU itself, said of a disk that it could not use. */
export async function imageError(host: Host, of: { path: string; stderr: string }, signal: AbortSignal): Promise<AppError> {
  const { path } = of;
  const detail = of.stderr.trim();
  const locked = LOCKED.exec(detail);
  if (locked !== null) {
    const image = locked[1] ?? path;
    const owner = await diskOwner(host, image, signal);
    return new AppError('diskInUse', { path: image, owner: owner?.name ?? 'another program' }, { detail });
  }
  const message = lastWords(detail);
  const named = /'(\/[^']+)'/.exec(message)?.[1] ?? path;
  if (/No space left on device|Disk quota exceeded/i.test(detail)) {
    return new AppError('noSpace', { path: posix.dirname(path), neededMiB: 1 }, { detail });
  }
  if (/Permission denied|Read-only file system|Operation not permitted/i.test(detail)) {
    return new AppError('fileDenied', { path: named }, { detail });
  }
  if (/No such file or directory/i.test(detail)) {
    return named === path
      ? new AppError('fileMissing', { path }, { detail })
      : new AppError('diskBaseMissing', { path, base: named }, { detail });
  }
  return new AppError(DAMAGED.test(message) ? 'diskDamaged' : 'diskUnusable', { path, message }, { detail });
}

function lastWords(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.replace(/^(?:qemu-img|qemu-system-\w+): /, '').trim());
  return lines.findLast((line) => line !== '') ?? 'it said nothing';
}
