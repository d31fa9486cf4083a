import { AppError } from '../core/index.ts';
import type { Argv, Host } from '../hosts/host.ts';
import { FilesystemWriter } from './ext4/content.ts';
import { BLOCK_BYTES, CHUNK_BYTES, DiskTooSmall, geometryOf } from './ext4/geometry.ts';

export { DiskTooSmall };

const MIB = 1024 ** 2;

/**
 * Room for the content as it may grow: twice that, and half of the smallest disk to work in. A power of two: machines of different
 * images then share templates, and what is not written takes no room.
 */
export function diskBytesFor(contentBytes: number, leastBytes: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(leastBytes, 2 * contentBytes + leastBytes / 2, MIB)));
}

/**
 * Writes a tar stream as a raw ext4 disk: no mount, no root, no folder of loose files, no tool of ext4's. Kept: owners, modes with
 * setuid, times in whole seconds, hard and symbolic links, device nodes, file capabilities. Not kept: other extended attributes
 * (ACLs), and what the guest's init makes at every start (/dev, /etc/hosts and their like). Zeros take no room on the host.
 *
 * @param of.seed what the filesystem's identity is made from: one image, one identity, the same bytes
 * @throws DiskTooSmall; AppError `diskBuildFailed`, `commandMissing`
 */
export async function writeExt4(
  host: Host,
  of: { path: string; diskBytes: number; image: string; seed: string; tar: AsyncIterable<Uint8Array> },
  signal: AbortSignal,
): Promise<void> {
  const geometry = geometryOf(of.diskBytes);
  const writer = new FilesystemWriter({ geometry, image: of.image, seed: of.seed });
  const put = async (argv: Argv, input?: AsyncIterable<Uint8Array> | Uint8Array) => {
    const result = await host.exec(argv, input === undefined ? {} : { input }, signal);
    if (result.exitCode === 0) return;
    const words = result.stderr.trim().split('\n').at(-1) ?? '';
    throw new AppError('diskBuildFailed', { image: of.image, message: `${argv[0]}: ${words}` }, { detail: result.stderr });
  };
  const to = [`of=${of.path}`, `bs=${CHUNK_BYTES}`, 'iflag=fullblock', 'status=none'];
  await put(['truncate', `--size=${geometry.blocks * BLOCK_BYTES}`, of.path]);
  const seek = (geometry.contentStart * BLOCK_BYTES) / CHUNK_BYTES;
  await put(['dd', ...to, `seek=${seek}`, 'conv=notrunc,sparse'], writer.content(of.tar));
  await put(['dd', ...to, 'conv=notrunc,sparse'], writer.description());
}
