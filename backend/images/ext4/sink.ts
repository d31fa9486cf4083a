import { type FileHandle, open } from 'node:fs/promises';
import { AppError, messageOf } from '../../core/index.ts';
import type { Argv, Host } from '../../hosts/host.ts';
import { CHUNK_BYTES } from './geometry.ts';

/** Written at once. */
const BATCH_BYTES = 1024 * 1024;
const ZEROS = Buffer.alloc(BATCH_BYTES);

/** A file that is written in stretches; zeros are left out of it. */
export interface DiskFile {
  path: string;
  sizeBytes: number;
  /** For the error. */
  image: string;
}

/** Writes the stretches one after the other, on this computer without any command in between. @param of.at multiples of 64 KiB */
export async function writeDisk(
  host: Host,
  file: DiskFile,
  stretches: { at: number; bytes: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array> }[],
  signal: AbortSignal,
): Promise<void> {
  if (!host.isLocal) return await writeByCommands(host, file, stretches, signal);
  await using handle = await open(file.path, 'w', 0o600).catch((error: unknown) => {
    throw failure(file, messageOf(error));
  });
  await handle.truncate(file.sizeBytes);
  for (const { at, bytes } of stretches) await writeStretch({ handle, file, at }, bytes(), signal);
}

/** Reads on while the batch before is being written. */
async function writeStretch(
  to: { handle: FileHandle; file: DiskFile; at: number },
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  let { at } = to;
  let batch: Uint8Array[] = [];
  let length = 0;
  let writing: Promise<unknown> = Promise.resolve();
  const flush = async () => {
    await writing;
    signal.throwIfAborted();
    const pieces = batch;
    const position = at;
    at += length;
    batch = [];
    length = 0;
    writing = pieces.length === 0 ? Promise.resolve() : writeAll(to.handle, pieces, position);
    // Met by the next flush; until then nobody looks.
    writing.catch(() => {});
  };
  try {
    for await (const piece of bytes) {
      if (isZeros(piece)) {
        await flush();
        at += piece.length;
        continue;
      }
      batch.push(piece);
      length += piece.length;
      if (length >= BATCH_BYTES) await flush();
    }
    await flush();
    await writing;
  } catch (error) {
    await writing.catch(() => {});
    throw error instanceof Error && 'syscall' in error ? failure(to.file, error.message) : error;
  }
}

/** A write may be a part of what it was asked for. */
async function writeAll(handle: FileHandle, pieces: Uint8Array[], position: number): Promise<void> {
  const { bytesWritten } = await handle.writev(pieces, position);
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (bytesWritten === length) return;
  await handle.write(Buffer.concat(pieces).subarray(bytesWritten), 0, length - bytesWritten, position + bytesWritten);
}

function isZeros(piece: Uint8Array): boolean {
  return piece[0] === 0 && piece.length <= ZEROS.length && ZEROS.compare(piece, 0, piece.length, 0, piece.length) === 0;
}

async function writeByCommands(
  host: Host,
  file: DiskFile,
  stretches: { at: number; bytes: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array> }[],
  signal: AbortSignal,
): Promise<void> {
  const run = async (argv: Argv, input?: AsyncIterable<Uint8Array>) => {
    const result = await host.exec(argv, input === undefined ? {} : { input }, signal);
    if (result.exitCode === 0) return;
    throw failure(file, `${argv[0]}: ${result.stderr.trim().split('\n').at(-1) ?? ''}`);
  };
  await run(['truncate', `--size=${file.sizeBytes}`, file.path]);
  const how = [`of=${file.path}`, `bs=${CHUNK_BYTES}`, 'iflag=fullblock', 'conv=notrunc,sparse', 'status=none'];
  for (const { at, bytes } of stretches) await run(['dd', ...how, `seek=${at / CHUNK_BYTES}`], gathered(bytes()));
}

/** Many small pieces would cost a call each. */
async function* gathered(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let batch: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    batch.push(piece);
    length += piece.length;
    if (length < BATCH_BYTES) continue;
    yield Buffer.concat(batch);
    batch = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(batch);
}

function failure({ image }: DiskFile, message: string): AppError {
  return new AppError('diskBuildFailed', { image, message });
}
