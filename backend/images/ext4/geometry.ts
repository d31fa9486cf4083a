export const BLOCK_BYTES = 4096;
export const INODE_BYTES = 256;
export const BLOCKS_PER_GROUP = 8 * BLOCK_BYTES;
export const DESCRIPTOR_BYTES = 32;
/** One inode for so many bytes of the disk, as mke2fs chooses for a disk of this size. */
const BYTES_PER_INODE = 16_384;
export const JOURNAL_BLOCKS = 2048;
/** Content begins at a multiple of this: it is written in pieces of that size. */
export const CHUNK_BYTES = 64 * 1024;

/** Where things are on a disk, in blocks. All that describes it is at its beginning, so that the content is one piece. */
export interface Geometry {
  blocks: number;
  groups: number;
  inodesPerGroup: number;
  /** One after the other, of all groups. */
  blockBitmaps: number;
  inodeBitmaps: number;
  /** Where each group's is. */
  inodeTables: number[];
  contentStart: number;
  /**
   * Room for copies of the superblock and the descriptors, in ascending order. They are not written: a disk that is damaged is made
   * anew. But without their places the kernel could not make the filesystem larger.
   */
  copies: Run[];
}

export function geometryOf(diskBytes: number): Geometry {
  const blocks = Math.floor(diskBytes / BLOCK_BYTES);
  const groups = Math.ceil(blocks / BLOCKS_PER_GROUP);
  const perBlock = BLOCK_BYTES / INODE_BYTES;
  const wanted = diskBytes / BYTES_PER_INODE / groups;
  const inodesPerGroup = Math.ceil(Math.max(wanted, perBlock) / perBlock) * perBlock;
  const descriptors = Math.ceil((groups * DESCRIPTOR_BYTES) / BLOCK_BYTES);
  const blockBitmaps = 1 + descriptors;
  const inodeBitmaps = blockBitmaps + groups;
  const copies = Array.from({ length: groups - 1 }, (_, index) => index + 1)
    .filter(hasCopy)
    .map((group): Run => ({ start: group * BLOCKS_PER_GROUP, count: 1 + descriptors }));
  const inodeTables: number[] = [];
  let next = inodeBitmaps + groups;
  for (let group = 0; group < groups; group++) {
    const end = next + inodesPerGroup / perBlock;
    const copy = copies.find(({ start, count }) => start < end && start + count > next);
    const start = copy === undefined ? next : copy.start + copy.count;
    inodeTables.push(start);
    next = start + inodesPerGroup / perBlock;
  }
  const perChunk = CHUNK_BYTES / BLOCK_BYTES;
  const contentStart = Math.ceil(next / perChunk) * perChunk;
  return { blocks, groups, inodesPerGroup, blockBitmaps, inodeBitmaps, inodeTables, contentStart, copies };
}

/** Sparse superblocks: the groups 1 and those that are powers of 3, 5 and 7. */
function hasCopy(group: number): boolean {
  const isPowerOf = (base: number) => {
    let power = base;
    while (power < group) power *= base;
    return power === group;
  };
  return group === 1 || [3, 5, 7].some(isPowerOf);
}

/** Of one group. */
export function tableBlocks({ inodesPerGroup }: Geometry): number {
  return (inodesPerGroup * INODE_BYTES) / BLOCK_BYTES;
}

export function blocksOf(bytes: number): number {
  return Math.ceil(bytes / BLOCK_BYTES);
}

/** Neighbouring blocks of the disk. */
export interface Run {
  start: number;
  count: number;
}

/** The content does not fit; a larger disk may. */
export class DiskTooSmall extends Error {}
