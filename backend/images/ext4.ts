import { AppError } from '../core/index.ts';
import type { Argv, Host } from '../hosts/host.ts';

const BLOCK_BYTES = 4096;
/** One inode for so many bytes of the disk, as mke2fs chooses for a disk of this size. */
const BYTES_PER_INODE = 16_384;
const MIB = 1024 ** 2;
const JOURNAL_MIB = 8;
/** e2fsck: 0 nothing to do, 1 put right; more is a failure. https://man7.org/linux/man-pages/man8/e2fsck.8.html */
const FSCK_DONE = 1;
/** What a tar archive ends in. */
const TAR_END_BYTES = 1024;

const FEATURES = ['has_journal', 'extents', 'dir_index', 'filetype', 'sparse_super', 'large_file', 'huge_file', 'dir_nlink', 'extra_isize'];

/** Room for the content as it may grow: twice that, and half of the smallest disk to work in. */
export function diskBytesFor(contentBytes: number, leastBytes: number): number {
  return Math.ceil(Math.max(leastBytes, 2 * contentBytes + leastBytes / 2) / MIB) * MIB;
}

/**
 * Writes a tar stream as a raw ext4 disk: no mount, no root, no folder of loose files. Kept: owners, modes with setuid,
 * times, hard and symbolic links, device nodes, holes. Not kept: extended attributes (file capabilities, ACLs), owners
 * above 65535 and parts of a second (genext2fs knows ext2's first revision), and times after 2038.
 *
 * @throws DiskTooSmall; AppError `diskBuildFailed`, `commandMissing`
 */
export async function writeExt4(
  host: Host,
  of: { path: string; diskBytes: number; image: string; tar: AsyncIterable<Uint8Array> },
  signal: AbortSignal,
): Promise<void> {
  const blocks = String(Math.floor(of.diskBytes / BLOCK_BYTES));
  const sizes = ['-B', String(BLOCK_BYTES), '-b', blocks, '-i', String(BYTES_PER_INODE), '-m', '0'];
  const made = await run(host, { argv: ['genext2fs', '-z', ...sizes, '-a', '-', of.path], input: complete(of.tar, of.image) }, signal);
  if (/no free space|couldn't allocate an inode/i.test(made.stderr)) throw new DiskTooSmall();
  // It goes on without what it cannot place, and calls that success.
  const lost = /can't (?:find|add|create) .*/.exec(made.stderr);
  if (lost !== null) throw new AppError('diskBuildFailed', { image: of.image, message: lost[0] });
  check(made, { command: 'genext2fs', image: of.image, highest: 0 });
  const tuned = await run(
    host,
    { argv: ['tune2fs', '-U', 'random', '-c', '0', '-i', '0', '-O', FEATURES.join(','), '-J', `size=${JOURNAL_MIB}`, of.path] },
    signal,
  );
  if (/too big for filesystem|no space/i.test(tuned.stderr)) throw new DiskTooSmall();
  check(tuned, { command: 'tune2fs', image: of.image, highest: 0 });
  const checked = await run(host, { argv: ['e2fsck', '-f', '-y', of.path] }, signal);
  check(checked, { command: 'e2fsck', image: of.image, highest: FSCK_DONE });
}

/** The content does not fit; a larger disk may. */
export class DiskTooSmall extends Error {}

async function run(host: Host, of: { argv: Argv; input?: AsyncIterable<Uint8Array> }, signal: AbortSignal) {
  const { argv, input } = of;
  // e2fsprogs are in /usr/sbin, which an ordinary user's path leaves out; env finds them in both. genext2fs refuses names
  // that its locale cannot hold, and what the commands say is read in English.
  const settings = ['LC_ALL=C.UTF-8', 'PATH=/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin'];
  const result = await host.exec(['env', ...settings, ...argv], input === undefined ? {} : { input }, signal);
  // As env says that there is no such command.
  if (result.exitCode === 127) {
    const name = argv[0] === 'genext2fs' ? 'genext2fs' : 'e2fsprogs';
    throw new AppError('commandMissing', { command: argv[0], host: host.id, package: name });
  }
  return result;
}

function check(result: { exitCode: number; stderr: string }, of: { command: string; image: string; highest: number }): void {
  if (result.exitCode <= of.highest) return;
  const words = result.stderr.trim().split('\n').at(-1) ?? '';
  const message = `${of.command} ended with ${result.exitCode}${words === '' ? '' : `: ${words}`}`;
  throw new AppError('diskBuildFailed', { image: of.image, message }, { detail: result.stderr });
}

/** genext2fs waits for ever on an archive that was cut off; then the stream fails instead of ending, and it is killed. */
async function* complete(tar: AsyncIterable<Uint8Array>, image: string): AsyncGenerator<Uint8Array, void> {
  let end: Buffer = Buffer.alloc(0);
  for await (const chunk of tar) {
    end = Buffer.concat([end, chunk.subarray(-TAR_END_BYTES)]).subarray(-TAR_END_BYTES);
    yield chunk;
  }
  if (end.length === TAR_END_BYTES && end.every((byte) => byte === 0)) return;
  throw new AppError('diskBuildFailed', { image, message: 'its filesystem broke off while it was read' });
}
