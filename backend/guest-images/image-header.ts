import { open } from 'node:fs/promises';
import { AppError } from '../core/index.ts';
import { fileError } from '../hosts/host-errors.ts';

/** As QEMU names them; `iso` is a raw disc. */
export type ImageFormat = 'qcow2' | 'raw' | 'vmdk' | 'vhdx' | 'vdi' | 'iso';

/** Up to behind the volume descriptor of a disc and the superblock of btrfs. */
const HEAD_BYTES = 72 * 1024;
const SECTOR = 512;
const ISO_BLOCK_BYTES = 2048;
const ISO_BLOCKS = 32768 + 80;
const ISO_PADDING = 150;
const MOST_DESCRIPTOR_BYTES = 64 * 1024;

const COMPRESSED: readonly [magic: string, name: string][] = [
  ['1f8b', 'gzip'],
  ['fd377a585a00', 'xz'],
  ['28b52ffd', 'zstd'],
  ['425a68', 'bzip2'],
  ['504b0304', 'zip'],
  ['377abcaf271c', '7z'],
];

/** What a raw disk has in it somewhere: a boot sector, or one of these file systems without a partition table. */
const RAW_MARKS: readonly [offset: number, hex: string][] = [
  [510, '55aa'],
  [1080, '53ef'],
  [0, '58465342'],
  [65600, Buffer.from('_BHRfS_M').toString('hex')],
];

/**
 * Tells a file's format by its content, before QEMU opens it. Images that read from other files are refused here: opening them
 * would already open those.
 * @throws AppError guestImageUnreadable, guestImageNeedsOthers, fileMissing, fileDenied
 */
export async function readImageHeader(path: string, name: string): Promise<ImageFormat> {
  try {
    await using file = await open(path, 'r');
    const stats = await file.stat();
    if (!stats.isFile()) throw new AppError('fileNotRegular', { path });
    const read = async (offset: number, length: number): Promise<Buffer> => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    };
    const head = await read(0, HEAD_BYTES);
    const format = formatOf(head, name);
    const other = format === 'qcow2' ? await qcow2Needs(head, name, read) : format === 'vmdk' ? await vmdkNeeds(head, read) : null;
    if (other !== null) throw new AppError('guestImageNeedsOthers', { name, format, other });
    if (stats.size < leastBytes(head, format)) throw new AppError('guestImageUnreadable', { name, format, message: 'it is cut off' });
    return format;
  } catch (error) {
    throw fileError(error, path);
  }
}

type Read = (offset: number, length: number) => Promise<Buffer>;

function formatOf(head: Buffer, name: string): ImageFormat {
  const has = (hex: string, offset = 0) => head.subarray(offset, offset + hex.length / 2).toString('hex') === hex;
  const hasText = (text: string, offset = 0) => has(Buffer.from(text).toString('hex'), offset);
  const unreadable = (format: string, message: string) => new AppError('guestImageUnreadable', { name, format, message });
  if (has('514649fb')) return 'qcow2';
  if (hasText('KDMV')) return 'vmdk';
  if (hasText('# Disk DescriptorFile')) {
    const other = extentOf(head.toString('latin1'));
    throw new AppError('guestImageNeedsOthers', { name, format: 'vmdk', other: other ?? '' });
  }
  if (hasText('COWD')) throw unreadable('vmdk', 'it is of a kind that only ESX reads');
  if (hasText('vhdxfile')) return 'vhdx';
  if (has('7f10dabe', 64)) return 'vdi';
  if (hasText('CD001', 32769)) return 'iso';
  const packed = COMPRESSED.find(([magic]) => has(magic));
  if (packed !== undefined) throw unreadable('raw', `it is compressed with ${packed[1]}; unpack it first`);
  if (RAW_MARKS.some(([offset, hex]) => has(hex, offset))) return 'raw';
  throw unreadable('raw', 'it has neither a boot sector nor a known file system');
}

/** The file that a qcow2 reads from besides itself. https://gitlab.com/qemu-project/qemu/-/blob/master/docs/interop/qcow2.txt */
async function qcow2Needs(head: Buffer, name: string, read: Read): Promise<string | null> {
  const unreadable = (message: string) => new AppError('guestImageUnreadable', { name, format: 'qcow2', message });
  if (head.length < 104) throw unreadable('its header is cut off');
  const version = head.readUInt32BE(4);
  if (version !== 2 && version !== 3) throw unreadable(`its version ${version} is not known`);
  const backingOffset = head.readBigUInt64BE(8);
  const backingBytes = head.readUInt32BE(16);
  if (head.readUInt32BE(32) !== 0) throw unreadable('it is encrypted');
  const features = version === 3 ? head.readBigUInt64BE(72) : 0n;
  const EXTERNAL_DATA = 4n;
  if ((features & EXTERNAL_DATA) !== 0n) return 'a data file';
  if (backingOffset === 0n) return null;
  const named = backingOffset < 2n ** 40n && backingBytes <= 1023 ? await read(Number(backingOffset), backingBytes) : Buffer.alloc(0);
  return named.toString('utf8') || 'a backing file';
}

/** Sparse VMDKs carry a descriptor that may name a parent; one without a capacity names its extents there. */
async function vmdkNeeds(head: Buffer, read: Read): Promise<string | null> {
  if (head.length < SECTOR) return null;
  const capacity = head.readBigUInt64LE(12);
  const offset = head.readBigUInt64LE(28) * BigInt(SECTOR);
  const bytes = head.readBigUInt64LE(36) * BigInt(SECTOR);
  const descriptor =
    offset > 0n && offset < 2n ** 40n
      ? (await read(Number(offset), Math.min(Number(bytes), MOST_DESCRIPTOR_BYTES))).toString('latin1')
      : '';
  if (capacity === 0n) return extentOf(descriptor) ?? 'its extents';
  const parent = /^\s*parentCID\s*=\s*(?<id>\w+)/m.exec(descriptor)?.groups?.id?.toLowerCase();
  if (parent === undefined || parent === 'ffffffff') return null;
  return /^\s*parentFileNameHint\s*=\s*"(?<name>[^"]*)"/m.exec(descriptor)?.groups?.name ?? 'its parent';
}

/** How long a file must be by its own word. Of these two `qemu-img check` does not find that they are not. */
function leastBytes(head: Buffer, format: ImageFormat): number {
  if (format === 'vdi' && head.length >= SECTOR) {
    const [data, blockBytes, blocks] = [head.readUInt32LE(0x158), head.readUInt32LE(0x178), head.readUInt32LE(0x184)];
    return data + blockBytes * blocks;
  }
  // The primary volume descriptor's size, in blocks; less what some tools pad with.
  if (format === 'iso' && head.length >= ISO_BLOCKS + 4) return (head.readUInt32LE(ISO_BLOCKS) - ISO_PADDING) * ISO_BLOCK_BYTES;
  return 0;
}

/** The first file that a text descriptor of VMware names. */
function extentOf(descriptor: string): string | null {
  return /^\s*(?:RW|RDONLY|NOACCESS)\s+\d+\s+\w+\s+"(?<name>[^"]*)"/m.exec(descriptor)?.groups?.name ?? null;
}
