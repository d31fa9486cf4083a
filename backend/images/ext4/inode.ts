import { BLOCK_BYTES, INODE_BYTES, type Run } from './geometry.ts';
import type { Node } from './tree.ts';

/** https://www.kernel.org/doc/html/latest/filesystems/ext4/dynamic.html */
const KIND = { fifo: 0o010000, character: 0o020000, directory: 0o040000, block: 0o060000, file: 0o100000, symlink: 0o120000 };
export const ENTRY_KIND = { file: 1, directory: 2, character: 3, block: 4, fifo: 5, symlink: 7 };
/** A symbolic link that is shorter stands in its inode. */
const SHORT_LINK = 60;
const FLAG_EXTENTS = 0x80000;
const EXTRA_BYTES = 32;
const MAGIC_EXTENTS = 0xf30a;
const MAGIC_ATTRIBUTES = 0xea020000;
const INDEX_SECURITY = 6;
const LONGEST_EXTENT = 32_768;
const EXTENT_BYTES = 12;
const INLINE_EXTENTS = 4;
const EXTENTS_PER_LEAF = Math.floor((BLOCK_BYTES - EXTENT_BYTES) / EXTENT_BYTES);
const MOST_LINKS = 65_000;
const SECTORS_PER_BLOCK = BLOCK_BYTES / 512;

/** Blocks that these need to be described, besides their inode. */
export function leavesFor(data: Run[]): number {
  const extents = extentsOf(data).length;
  return extents <= INLINE_EXTENTS ? 0 : Math.ceil(extents / EXTENTS_PER_LEAF);
}

/** What a node stores in blocks of its own, besides a file's content and a folder's entries. */
export function isStoredInline(node: Node): boolean {
  return node.type === 'symlink' && node.target.length < SHORT_LINK;
}

export function encodeInode(node: Node): Buffer {
  const to = Buffer.alloc(INODE_BYTES);
  const sizeBytes = node.type === 'symlink' ? node.target.length : node.sizeBytes;
  to.writeUInt16LE(KIND[node.type] | node.mode, 0);
  to.writeUInt16LE(node.uid & 0xffff, 2);
  to.writeUInt32LE(sizeBytes % 2 ** 32, 4);
  to.writeUInt16LE(node.gid & 0xffff, 24);
  to.writeUInt16LE(linksOf(node), 26);
  to.writeUInt32LE((countOf(node.data) + countOf(node.leaves)) * SECTORS_PER_BLOCK, 28);
  to.writeUInt32LE(Math.floor(sizeBytes / 2 ** 32), 108);
  to.writeUInt16LE(node.uid >>> 16, 120);
  to.writeUInt16LE(node.gid >>> 16, 122);
  to.writeUInt16LE(EXTRA_BYTES, 128);
  // Accessed, changed, modified, created, and for each where the seconds go on beyond 32 bits.
  for (const [at, extra] of TIMES) {
    to.writeInt32LE(node.mtimeS | 0, at);
    to.writeUInt32LE(Math.floor((node.mtimeS - (node.mtimeS | 0)) / 2 ** 32) & 3, extra);
  }
  const where = to.subarray(40, 100);
  if (node.type === 'character' || node.type === 'block') writeDevice(where, node.device);
  else if (isStoredInline(node)) where.write(node.target, 'latin1');
  else if (node.type !== 'fifo') {
    to.writeUInt32LE(FLAG_EXTENTS, 32);
    writeExtents(where, node);
  }
  if (node.capability !== null) writeCapability(to.subarray(128 + EXTRA_BYTES), node.capability);
  return to;
}

const TIMES = [
  [8, 140],
  [12, 132],
  [16, 136],
  [144, 148],
] as const;

function linksOf(node: Node): number {
  if (node.type !== 'directory') return node.names;
  const folders = [...node.children.values()].filter(({ type }) => type === 'directory').length;
  // More than can be counted is counted as one.
  return folders + 2 >= MOST_LINKS ? 1 : folders + 2;
}

function writeDevice(where: Buffer, { major, minor }: Node['device']): void {
  if (major < 256 && minor < 256) where.writeUInt32LE(major * 256 + minor, 0);
  else where.writeUInt32LE(((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0, 4);
}

/** https://www.kernel.org/doc/html/latest/filesystems/ext4/dynamic.html#extent-tree */
function writeExtents(where: Buffer, { data, leaves }: Node): void {
  const extents = extentsOf(data);
  if (leaves.length === 0) {
    writeLeaf(where, { extents, most: INLINE_EXTENTS });
    return;
  }
  const blocks = leaves.flatMap(({ start, count }) => Array.from({ length: count }, (_, index) => start + index));
  writeExtentHeader(where, { entries: blocks.length, most: INLINE_EXTENTS, depth: 1 });
  for (const [index, block] of blocks.entries()) {
    const at = EXTENT_BYTES * (index + 1);
    where.writeUInt32LE(extents[index * EXTENTS_PER_LEAF]?.first ?? 0, at);
    where.writeUInt32LE(block, at + 4);
  }
}

/** The blocks that tell where a long file is. */
export function encodeLeaves({ data, leaves }: Pick<Node, 'data' | 'leaves'>): Buffer {
  const count = countOf(leaves);
  const to = Buffer.alloc(count * BLOCK_BYTES);
  const extents = extentsOf(data);
  for (let index = 0; index < count; index++) {
    const part = extents.slice(index * EXTENTS_PER_LEAF, (index + 1) * EXTENTS_PER_LEAF);
    writeLeaf(to.subarray(index * BLOCK_BYTES), { extents: part, most: EXTENTS_PER_LEAF });
  }
  return to;
}

/** `first`: which block of the file it begins with. */
function extentsOf(data: Run[]): { first: number; run: Run }[] {
  const extents: { first: number; run: Run }[] = [];
  let first = 0;
  for (const { start, count } of data) {
    for (let done = 0; done < count; done += LONGEST_EXTENT) {
      const run = { start: start + done, count: Math.min(LONGEST_EXTENT, count - done) };
      extents.push({ first, run });
      first += run.count;
    }
  }
  return extents;
}

export function countOf(runs: Run[]): number {
  return runs.reduce((sum, { count }) => sum + count, 0);
}

function writeLeaf(to: Buffer, { extents, most }: { extents: { first: number; run: Run }[]; most: number }): void {
  writeExtentHeader(to, { entries: extents.length, most, depth: 0 });
  for (const [index, { first, run }] of extents.entries()) {
    const at = EXTENT_BYTES * (index + 1);
    to.writeUInt32LE(first, at);
    to.writeUInt16LE(run.count, at + 4);
    to.writeUInt32LE(run.start, at + 8);
  }
}

function writeExtentHeader(to: Buffer, of: { entries: number; most: number; depth: number }): void {
  to.writeUInt16LE(MAGIC_EXTENTS, 0);
  to.writeUInt16LE(of.entries, 2);
  to.writeUInt16LE(of.most, 4);
  to.writeUInt16LE(of.depth, 6);
}

/** In the inode itself; the value at its end. https://www.kernel.org/doc/html/latest/filesystems/ext4/attributes.html */
function writeCapability(to: Buffer, value: Buffer): void {
  to.writeUInt32LE(MAGIC_ATTRIBUTES, 0);
  const entries = to.subarray(4);
  const name = 'capability';
  const valueAt = (entries.length - value.length) & ~3;
  entries.writeUInt8(name.length, 0);
  entries.writeUInt8(INDEX_SECURITY, 1);
  entries.writeUInt16LE(valueAt, 2);
  entries.writeUInt32LE(value.length, 8);
  entries.write(name, 16, 'latin1');
  value.copy(entries, valueAt);
}

/** https://www.kernel.org/doc/html/latest/filesystems/ext4/dynamic.html#linear-classic-directories */
export function encodeFolder(folder: Node): Buffer {
  const blocks: Buffer[] = [];
  let block = Buffer.alloc(BLOCK_BYTES);
  let at = 0;
  let last = 0;
  const end = () => {
    // The last entry reaches to the block's end.
    block.writeUInt16LE(BLOCK_BYTES - last, last + 4);
    blocks.push(block);
  };
  const put = (name: string, node: Node) => {
    const length = (8 + name.length + 3) & ~3;
    if (at + length > BLOCK_BYTES) {
      end();
      block = Buffer.alloc(BLOCK_BYTES);
      at = 0;
    }
    block.writeUInt32LE(node.inode, at);
    block.writeUInt16LE(length, at + 4);
    block.writeUInt8(name.length, at + 6);
    block.writeUInt8(ENTRY_KIND[node.type], at + 7);
    block.write(name, at + 8, 'latin1');
    last = at;
    at += length;
  };
  put('.', folder);
  put('..', folder.parent ?? folder);
  for (const [name, node] of folder.children) put(name, node);
  end();
  return Buffer.concat(blocks);
}
