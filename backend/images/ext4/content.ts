import { AppError } from '../../core/index.ts';
import { Archive, type Member } from './archive.ts';
import { encodeDescription, FIRST_INODE, type Filesystem, identityOf, JOURNAL_INODE, journalHead, ROOT_INODE } from './description.ts';
import { BLOCK_BYTES, blocksOf, DiskTooSmall, type Geometry, JOURNAL_BLOCKS, type Run, tableBlocks } from './geometry.ts';
import { encodeFolder, encodeLeaves, isStoredInline, leavesFor } from './inode.ts';
import { type Node, partsOf, Tree } from './tree.ts';

const ZEROS = Buffer.alloc(BLOCK_BYTES);
/** An engine makes these anew in every container, with the time of their making, and so does our guest's init (assets/guest/init/boot.c). */
const MADE_AT_START = new Set(['.dockerenv', 'etc/hostname', 'etc/hosts', 'etc/resolv.conf']);
const MADE_FOLDERS = ['dev', 'etc', 'proc', 'sys'];
const MADE = { mode: 0o755, uid: 0, gid: 0, mtimeS: 0, device: { major: 0, minor: 0 }, capability: null, sizeBytes: 0, linkPath: '' };

/**
 * Turns an archive into a filesystem: first `content`, all of it, then `description`. The same archive, size and seed give the
 * same bytes, whichever engine wrote the archive.
 */
export class FilesystemWriter {
  readonly #of: { geometry: Geometry; image: string; seed: string };
  readonly #tree = new Tree();
  #nextBlock: number;

  constructor(of: { geometry: Geometry; image: string; seed: string }) {
    this.#of = of;
    this.#nextBlock = of.geometry.contentStart;
  }

  /** The blocks from the content's first on. @throws DiskTooSmall; AppError `diskBuildFailed` */
  async *content(tar: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    yield* withRoom(this.#blocks(tar), this.#of.geometry);
  }

  /** The disk's first bytes. */
  description(): Buffer {
    const { geometry, seed } = this.#of;
    const nodes = new Map<number, Node>([[JOURNAL_INODE, this.#journal]]);
    for (const node of this.#tree.nodes()) nodes.set(node.inode, node);
    const used = without({ start: geometry.contentStart, count: this.#nextBlock - geometry.contentStart }, this.#tree.freed);
    const copies = geometry.copies.filter(({ start }) => start < geometry.contentStart || start >= this.#nextBlock);
    const tables = geometry.inodeTables.map((start): Run => ({ start, count: tableBlocks(geometry) }));
    const bitmaps = { start: 0, count: geometry.inodeBitmaps + geometry.groups };
    const filesystem: Filesystem = {
      geometry,
      nodes,
      journal: this.#journal,
      used: [bitmaps, ...tables, ...copies, ...used],
      identity: identityOf(seed),
    };
    return encodeDescription(filesystem);
  }

  readonly #journal: Node = Object.assign(new Tree().root, { type: 'file' as const, mode: 0o600, sizeBytes: JOURNAL_BLOCKS * BLOCK_BYTES });

  async *#blocks(tar: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    this.#journal.data = this.#take(JOURNAL_BLOCKS);
    yield journalHead();
    for (let block = 1; block < JOURNAL_BLOCKS; block++) yield ZEROS;
    await using archive = new Archive(tar, this.#of.image);
    for (let member = await archive.next(); member !== null; member = await archive.next()) {
      if (isMadeAtStart(member.path)) {
        for await (const _ of archive.content(member.sizeBytes));
        continue;
      }
      const node = this.#add(member);
      if (node.type === 'file' && member.type === 'file') yield* this.#write(node, archive.content(member.sizeBytes), member.sizeBytes);
      if (node.type === 'symlink' && !isStoredInline(node)) {
        yield* this.#write(node, [Buffer.from(node.target, 'latin1')], node.target.length);
      }
    }
    this.#makeFolders();
    const folders = this.#number();
    for (const folder of folders) folder.sizeBytes = encodeFolder(folder).length;
    for (const folder of folders) yield* this.#write(folder, [encodeFolder(folder)], folder.sizeBytes);
  }

  async *#write(
    node: Node,
    content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    sizeBytes: number,
  ): AsyncGenerator<Uint8Array, void> {
    const count = blocksOf(sizeBytes);
    node.data = this.#take(count);
    yield* content;
    const rest = count * BLOCK_BYTES - sizeBytes;
    if (rest > 0) yield ZEROS.subarray(0, rest);
    const leaves = leavesFor(node.data);
    if (leaves === 0) return;
    node.leaves = this.#take(leaves);
    yield encodeLeaves(node);
  }

  /** The next blocks that are free, around the room for copies. */
  #take(count: number): Run[] {
    const { blocks, copies } = this.#of.geometry;
    const runs: Run[] = [];
    for (let left = count; left > 0; ) {
      const copy = copies.find(({ start }) => start >= this.#nextBlock);
      if (copy?.start === this.#nextBlock) {
        this.#nextBlock += copy.count;
        continue;
      }
      const run = { start: this.#nextBlock, count: Math.min(left, (copy?.start ?? blocks) - this.#nextBlock) };
      if (run.count === 0) throw new DiskTooSmall();
      runs.push(run);
      this.#nextBlock += run.count;
      left -= run.count;
    }
    return runs;
  }

  #add(member: Member): Node {
    try {
      return this.#tree.add(member);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new AppError('diskBuildFailed', { image: this.#of.image, message: error.message }, { cause: error });
    }
  }

  /** What every guest finds, whether the image has it or not. */
  #makeFolders(): void {
    Object.assign(this.#tree.root, { mode: 0o755, uid: 0, gid: 0, mtimeS: 0 });
    for (const path of MADE_FOLDERS) this.#add({ ...MADE, type: 'directory', path });
    this.#add({ ...MADE, type: 'symlink', mode: 0o777, path: 'etc/mtab', linkPath: '/proc/mounts' });
    if (this.#tree.find('lost+found') === null) this.#add({ ...MADE, type: 'directory', mode: 0o700, path: 'lost+found' });
  }

  /** Gives every inode its number, and returns the folders. */
  #number(): Node[] {
    const { groups, inodesPerGroup } = this.#of.geometry;
    const folders: Node[] = [];
    this.#tree.sort();
    let next = FIRST_INODE;
    for (const node of this.#tree.nodes()) {
      node.inode = node.parent === null ? ROOT_INODE : next++;
      if (node.type === 'directory') folders.push(node);
    }
    if (next > groups * inodesPerGroup) throw new DiskTooSmall();
    return folders;
  }
}

function isMadeAtStart(path: string): boolean {
  const parts = partsOf(path);
  return MADE_AT_START.has(parts.join('/')) || (parts[0] === 'dev' && parts.length > 1);
}

function without(run: Run, holes: Run[]): Run[] {
  const runs: Run[] = [];
  let { start } = run;
  for (const hole of holes.filter(({ count }) => count > 0).toSorted((a, b) => a.start - b.start)) {
    runs.push({ start, count: hole.start - start });
    start = hole.start + hole.count;
  }
  return [...runs, { start, count: run.start + run.count - start }];
}

/** With zeros where the copies would stand. */
async function* withRoom(pieces: AsyncIterable<Uint8Array>, { contentStart, copies }: Geometry): AsyncGenerator<Uint8Array, void> {
  let at = contentStart * BLOCK_BYTES;
  let index = copies.findIndex(({ start }) => start >= contentStart);
  for await (let piece of pieces) {
    for (let copy = copies[index]; copy !== undefined && at + piece.length > copy.start * BLOCK_BYTES; copy = copies[++index]) {
      const before = piece.subarray(0, copy.start * BLOCK_BYTES - at);
      piece = piece.subarray(before.length);
      yield before;
      yield Buffer.alloc(copy.count * BLOCK_BYTES);
      at = (copy.start + copy.count) * BLOCK_BYTES;
    }
    at += piece.length;
    yield piece;
  }
}
