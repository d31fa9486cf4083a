import { createHash } from 'node:crypto';
import { BLOCK_BYTES, BLOCKS_PER_GROUP, DESCRIPTOR_BYTES, type Geometry, INODE_BYTES, JOURNAL_BLOCKS, type Run } from './geometry.ts';
import { encodeInode } from './inode.ts';
import type { Node } from './tree.ts';

/** https://www.kernel.org/doc/html/latest/filesystems/ext4/globals.html#super-block */
const COMPATIBLE = { hasJournal: 0x4, attributes: 0x8, folderIndex: 0x20 };
const INCOMPATIBLE = { entryKinds: 0x2, extents: 0x40, flexibleGroups: 0x200 };
const READ_ONLY_COMPATIBLE = { sparseSuper: 0x1, largeFile: 0x2, hugeFile: 0x8, manyFolders: 0x20, extraBytes: 0x40 };
const ATTRIBUTES_AND_ACLS = 0xc;
export const ROOT_INODE = 2;
export const JOURNAL_INODE = 8;
export const FIRST_INODE = 11;
const GROUPS_PER_FLEX_LOG = 4;
const JOURNAL_MAGIC = 0xc03b3998;

export interface Filesystem {
  geometry: Geometry;
  /** By inode's number, which may be missing for reserved ones. */
  nodes: Map<number, Node>;
  journal: Node;
  /** Blocks in use. */
  used: Run[];
  /** Unique and the same at every making. */
  identity: Buffer;
}

/** 32 bytes out of the name of what is written: two filesystems of one image have one identity, others another. */
export function identityOf(seed: string): Buffer {
  const bytes = createHash('sha256').update(seed).digest();
  // A UUID of version 8. https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-8
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes;
}

/** The first block of the journal; the rest of an empty one is zeros. https://www.kernel.org/doc/html/latest/filesystems/ext4/journal.html */
export function journalHead(): Buffer {
  const to = Buffer.alloc(BLOCK_BYTES);
  const words = [JOURNAL_MAGIC, 4, 0, BLOCK_BYTES, JOURNAL_BLOCKS, 1, 1];
  for (const [index, word] of words.entries()) to.writeUInt32BE(word, index * 4);
  to.writeUInt32BE(1, 0x40);
  return to;
}

/** All that comes before the content: what is not in it, up to the content's first block, is zeros. */
export function encodeDescription(filesystem: Filesystem): Buffer {
  const { geometry, nodes } = filesystem;
  const last = Math.max(...nodes.keys());
  const to = Buffer.alloc(placeOf(last, geometry) + INODE_BYTES);
  const usedBlocks = writeBlockBitmaps(to.subarray(geometry.blockBitmaps * BLOCK_BYTES), filesystem);
  writeInodeBitmaps(to.subarray(geometry.inodeBitmaps * BLOCK_BYTES), { geometry, last });
  for (const [number, node] of nodes) encodeInode(node).copy(to, placeOf(number, geometry));
  const free = writeDescriptors(to.subarray(BLOCK_BYTES), { ...filesystem, last, usedBlocks });
  writeSuperBlock(to.subarray(1024, 2048), { ...filesystem, free });
  return to;
}

/** Of an inode, in bytes from the disk's beginning. */
function placeOf(number: number, { inodesPerGroup, inodeTables }: Geometry): number {
  const index = number - 1;
  const table = inodeTables[Math.floor(index / inodesPerGroup)] ?? 0;
  return table * BLOCK_BYTES + (index % inodesPerGroup) * INODE_BYTES;
}

function setBits(bitmap: Buffer, from: number, count: number): void {
  for (let bit = from; bit < from + count; ) {
    if (bit % 8 === 0 && bit + 8 <= from + count) {
      const bytes = Math.floor((from + count - bit) / 8);
      bitmap.fill(0xff, bit / 8, bit / 8 + bytes);
      bit += bytes * 8;
    } else {
      bitmap[bit >> 3] = (bitmap[bit >> 3] ?? 0) | (1 << (bit & 7));
      bit++;
    }
  }
}

/** The bitmaps of all groups are one: a group's blocks fill a block with their bits. Returns the blocks in use, by group. */
function writeBlockBitmaps(to: Buffer, { geometry, used }: Filesystem): number[] {
  const usedBlocks = new Array<number>(geometry.groups).fill(0);
  for (const { start, count } of used) {
    setBits(to, start, count);
    for (let block = start; block < start + count; ) {
      const group = Math.floor(block / BLOCKS_PER_GROUP);
      const end = Math.min(start + count, (group + 1) * BLOCKS_PER_GROUP);
      usedBlocks[group] = (usedBlocks[group] ?? 0) + end - block;
      block = end;
    }
  }
  // What lies behind the disk's end is not free.
  setBits(to, geometry.blocks, geometry.groups * BLOCKS_PER_GROUP - geometry.blocks);
  return usedBlocks;
}

function writeInodeBitmaps(to: Buffer, { geometry, last }: { geometry: Geometry; last: number }): void {
  const { groups, inodesPerGroup } = geometry;
  for (let group = 0; group < groups; group++) {
    const bitmap = to.subarray(group * BLOCK_BYTES, (group + 1) * BLOCK_BYTES);
    setBits(bitmap, 0, usedInodes(group, inodesPerGroup, last));
    setBits(bitmap, inodesPerGroup, BLOCK_BYTES * 8 - inodesPerGroup);
  }
}

/** They are given one after the other. */
function usedInodes(group: number, perGroup: number, last: number): number {
  return Math.max(0, Math.min(perGroup, last - group * perGroup));
}

function writeDescriptors(
  to: Buffer,
  { geometry, nodes, last, usedBlocks }: Filesystem & { last: number; usedBlocks: number[] },
): { blocks: number; inodes: number } {
  const folders = new Array<number>(geometry.groups).fill(0);
  for (const [number, { type }] of nodes) {
    const group = Math.floor((number - 1) / geometry.inodesPerGroup);
    if (type === 'directory') folders[group] = (folders[group] ?? 0) + 1;
  }
  const free = { blocks: 0, inodes: 0 };
  for (let group = 0; group < geometry.groups; group++) {
    const blocks = Math.min(BLOCKS_PER_GROUP, geometry.blocks - group * BLOCKS_PER_GROUP) - (usedBlocks[group] ?? 0);
    const inodes = geometry.inodesPerGroup - usedInodes(group, geometry.inodesPerGroup, last);
    const at = group * DESCRIPTOR_BYTES;
    to.writeUInt32LE(geometry.blockBitmaps + group, at);
    to.writeUInt32LE(geometry.inodeBitmaps + group, at + 4);
    to.writeUInt32LE(geometry.inodeTables[group] ?? 0, at + 8);
    to.writeUInt16LE(blocks, at + 12);
    to.writeUInt16LE(inodes, at + 14);
    to.writeUInt16LE(folders[group] ?? 0, at + 16);
    free.blocks += blocks;
    free.inodes += inodes;
  }
  return free;
}

function writeSuperBlock(to: Buffer, of: Filesystem & { free: { blocks: number; inodes: number } }): void {
  const { geometry, identity, journal, free } = of;
  const words: [number, number][] = [
    [0, geometry.groups * geometry.inodesPerGroup],
    [4, geometry.blocks],
    [12, free.blocks],
    [16, free.inodes],
    [24, Math.log2(BLOCK_BYTES / 1024)],
    [28, Math.log2(BLOCK_BYTES / 1024)],
    [32, BLOCKS_PER_GROUP],
    [36, BLOCKS_PER_GROUP],
    [40, geometry.inodesPerGroup],
    [76, 1],
    [84, FIRST_INODE],
    [92, sum(COMPATIBLE)],
    [96, sum(INCOMPATIBLE)],
    [100, sum(READ_ONLY_COMPATIBLE)],
    [224, JOURNAL_INODE],
    [256, ATTRIBUTES_AND_ACLS],
    // Names are hashed as bytes with a sign.
    [352, 1],
  ];
  for (const [at, value] of words) to.writeUInt32LE(value, at);
  to.writeInt16LE(-1, 54);
  to.writeUInt16LE(0xef53, 56);
  // Clean; goes on after errors.
  to.writeUInt16LE(1, 58);
  to.writeUInt16LE(1, 60);
  to.writeUInt16LE(INODE_BYTES, 88);
  identity.copy(to, 104, 0, 16);
  identity.copy(to, 236, 16, 32);
  // Names are hashed by half MD4.
  to.writeUInt8(1, 252);
  // A copy of where the journal is.
  to.writeUInt8(1, 253);
  const inode = encodeInode(journal);
  inode.copy(to, 268, 40, 100);
  inode.copy(to, 268 + 64, 4, 8);
  to.writeUInt16LE(32, 348);
  to.writeUInt16LE(32, 350);
  to.writeUInt8(GROUPS_PER_FLEX_LOG, 372);
}

function sum(features: Record<string, number>): number {
  return Object.values(features).reduce((all, one) => all | one, 0);
}
