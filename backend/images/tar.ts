import { pipeline as pipe, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { AppError, messageOf, Queue } from '../core/index.ts';

const BLOCK = 512;
/** So many wait for the check before the source does. */
const PIECES_AHEAD = 8;
/** As long as the longest of the marks that tell compressions apart. */
const MARK_BYTES = 6;

/** What a file begins with. `unknown` may be a tar: it has no mark at its beginning. */
export type Packing = 'gzip' | 'zstd' | 'bzip2' | 'xz' | 'unknown';

/** Its content must be read, or let go with `resume`, before the next entry comes. */
export interface TarEntry extends AsyncIterable<Uint8Array> {
  readonly header: Header;
  resume(): unknown;
}

/** The files of a tar archive, plain, gzip or zstd, one after the other. @throws AppError archiveUnusable */
export async function* tarEntries(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry, void> {
  const archive = extract();
  let failure: unknown;
  const fed = pipeline(Readable.from(unpacked(bytes), { objectMode: false }), archive).catch((error: unknown) => {
    failure = error;
  });
  try {
    for await (const entry of archive as AsyncIterable<TarEntry>) yield entry;
  } catch (error) {
    throw tarFailure(failure ?? error);
  } finally {
    archive.destroy();
    await fed;
  }
}

/** What is in the compression, by its first bytes; other compressions than gzip and zstd stay as they are. */
export async function* unpacked(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const { packing, whole } = await look(bytes);
  if (packing === 'gzip') yield* pipe(Readable.from(whole), createGunzip(), ignored) as AsyncIterable<Buffer>;
  else if (packing === 'zstd') yield* pipe(Readable.from(whole), createZstdDecompress(), ignored) as AsyncIterable<Buffer>;
  else yield* whole;
}

/** The reader of the last stream hears of every failure. */
const ignored = () => {};

async function look(bytes: AsyncIterable<Uint8Array>): Promise<{ packing: Packing; whole: AsyncIterable<Uint8Array> }> {
  const pieces = bytes[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < MARK_BYTES) {
    const next = await pieces.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  return { packing: packingOf(head), whole: resumed(head, pieces) };
}

async function* resumed(head: Uint8Array, pieces: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  try {
    if (head.length > 0) yield head;
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
  } finally {
    await pieces.return?.();
  }
}

export function packingOf(head: Uint8Array): Packing {
  const mark = Buffer.from(head.subarray(0, MARK_BYTES)).toString('latin1');
  if (mark.startsWith('\x1f\x8b')) return 'gzip';
  if (mark.startsWith('\x28\xb5\x2f\xfd')) return 'zstd';
  if (mark.startsWith('BZh')) return 'bzip2';
  return mark === '\xfd7zXZ\0' ? 'xz' : 'unknown';
}

export function tarFailure(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const message = messageOf(error);
  const cutOff = /unexpected end|premature close|incomplete/i.test(message);
  const fact = cutOff ? 'it ends in the middle' : 'it is no tar archive';
  return new AppError('archiveUnusable', { message: fact }, { detail: message, cause: error });
}

/**
 * The same bytes, as long as they are a tar archive, and an error before the last of them when they turn out not to be one: no
 * tar, cut off, or without any file. What is in bzip2 or xz passes unseen.
 * @throws AppError archiveUnusable
 */
export async function* wholeTar(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let drained = Promise.withResolvers<void>();
  const copy = new Queue<Uint8Array>(PIECES_AHEAD, () => drained.resolve());
  const checked = check(copy);
  // Looked at below; it may fail before that.
  checked.catch(() => {});
  let held: Uint8Array | undefined;
  try {
    for await (const piece of bytes) {
      drained = Promise.withResolvers();
      if (!copy.push(piece)) await Promise.race([drained.promise, checked]);
      if (held !== undefined) yield held;
      held = piece;
    }
    copy.end();
    await checked;
    if (held !== undefined) yield held;
  } finally {
    copy.end();
  }
}

async function check(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const { packing, whole } = await look(bytes);
  if (packing === 'bzip2' || packing === 'xz') {
    for await (const _ of whole);
    return;
  }
  let tail = Buffer.alloc(0);
  let files = 0;
  const plain = async function* () {
    for await (const piece of unpacked(whole)) {
      tail = Buffer.concat([tail, piece]).subarray(-BLOCK);
      yield piece;
    }
  };
  for await (const entry of tarEntries(plain())) {
    files++;
    entry.resume();
  }
  if (files === 0) throw new AppError('archiveUnusable', { message: 'no file is in it' });
  // A tar that was cut off between two files is as good as any but for its end, a block of zeros.
  if (tail.length < BLOCK || tail.some((byte) => byte !== 0)) throw new AppError('archiveUnusable', { message: 'it ends in the middle' });
}
