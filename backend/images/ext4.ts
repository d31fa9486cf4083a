import type { Host } from '../hosts/host.ts';
import { FilesystemWriter } from './ext4/content.ts';
import { BLOCK_BYTES, CHUNK_BYTES, DiskTooSmall, geometryOf } from './ext4/geometry.ts';
import { writeDisk } from './ext4/sink.ts';

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
  const file = { path: of.path, image: of.image, sizeBytes: geometry.blocks * BLOCK_BYTES };
  const content = { at: geometry.contentStart * BLOCK_BYTES, bytes: () => writer.content(of.tar) };
  await writeDisk(host, file, [content, { at: 0, bytes: () => inChunks(writer.description()) }], signal);
}

/** So that its zeros can be left out. */
function* inChunks(bytes: Buffer): Generator<Buffer, void> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

/** The content does not fit; a larger disk may. */
export { DiskTooSmall };
