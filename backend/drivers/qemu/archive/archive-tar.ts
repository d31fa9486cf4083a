import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { extract, pack } from 'tar-stream';
import { AppError, isAbort, messageOf } from '../../../core/index.ts';

/** A file of an archive; `bytes` are read once, and as many as `sizeBytes` says. */
export interface ArchiveFile {
  name: string;
  sizeBytes: number;
  bytes: AsyncIterable<Uint8Array>;
}

/** The last entry: as `sha256sum` writes it, so that people can check an archive with it. */
export const SUMS_FILE = 'SHA256SUMS';
const SUMS_LIMIT_BYTES = 64 * 1024;

/** One tar of the files, in their order, and their sums at its end: whoever writes need not hold a file to know its sum. */
export async function* writeArchive(files: AsyncIterable<ArchiveFile>): AsyncGenerator<Uint8Array, void> {
  const tar = pack();
  const fill = async () => {
    const sums: string[] = [];
    for await (const { name, sizeBytes, bytes } of files) {
      const hash = createHash('sha256');
      await pipeline(Readable.from(hashed(bytes, hash), { objectMode: false }), tar.entry({ name, size: sizeBytes, mode: 0o600 }));
      sums.push(`${hash.digest('hex')}  ${name}\n`);
    }
    tar.entry({ name: SUMS_FILE, mode: 0o600 }, sums.join(''));
    tar.finalize();
  };
  let failure: unknown = null;
  const filled = fill().catch((error: unknown) => {
    failure = error;
    tar.destroy();
  });
  try {
    yield* tar as AsyncIterable<Buffer>;
  } catch (error) {
    throw failure ?? error;
  } finally {
    // A reader that breaks off ends the files, too.
    tar.destroy();
    await filled;
  }
}

/**
 * Gives each file to `take`, in the order of the archive, and checks the sums at the end: what was taken is good only after
 * that. `take` reads a file's bytes to their end, or throws.
 * @throws AppError `vmArchiveInvalid`, `vmArchiveDamaged`, and what `take` throws
 */
export async function readArchive(bytes: AsyncIterable<Uint8Array>, take: (file: ArchiveFile) => Promise<void>): Promise<void> {
  const reader = extract();
  const sums = new Map<string, string>();
  let claimed: string | null = null;
  let sourceFailure: unknown = null;
  const note = (error: unknown) => {
    sourceFailure = error;
  };
  const source = Readable.from(noted(bytes, note), { objectMode: false });
  const fed = pipeline(source, reader).catch(() => {});
  try {
    for await (const entry of reader) {
      const { name, size = 0, type } = entry.header;
      if (type !== 'file') throw invalid(`${name} is no file`);
      if (claimed !== null) throw invalid(`${name} stands after the sums`);
      if (sums.has(name)) throw invalid(`${name} is in it twice`);
      const content = entry as AsyncIterable<Buffer>;
      if (name === SUMS_FILE) {
        if (size > SUMS_LIMIT_BYTES) throw invalid('its sums are too long');
        claimed = await text(content);
        continue;
      }
      const hash = createHash('sha256');
      await take({ name, sizeBytes: size, bytes: hashed(content, hash) });
      sums.set(name, hash.digest('hex'));
    }
  } catch (error) {
    // A source that fails breaks the reader off, with words of its own; what is thrown into a source that is let go says nothing.
    const known = error instanceof AppError || isAbort(error);
    const cause = known ? error : (sourceFailure ?? error);
    if (cause instanceof AppError || isAbort(cause)) throw cause;
    throw invalid(messageOf(cause));
  } finally {
    reader.destroy();
    source.destroy();
    await fed;
  }
  checkSums(sums, claimed);
}

function checkSums(found: ReadonlyMap<string, string>, claimed: string | null): void {
  if (claimed === null) throw invalid('it is cut off, or its sums are missing');
  const lines = claimed.split('\n').filter((line) => line !== '');
  const named = new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)] as const));
  for (const name of named.keys()) if (!found.has(name)) throw invalid(`${name} is missing`);
  for (const [name, sum] of found) if (named.get(name) !== sum) throw new AppError('vmArchiveDamaged', { file: name });
}

function invalid(message: string): AppError {
  return new AppError('vmArchiveInvalid', { message });
}

async function* hashed(bytes: AsyncIterable<Uint8Array>, hash: ReturnType<typeof createHash>): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}

async function* noted(bytes: AsyncIterable<Uint8Array>, note: (error: unknown) => void): AsyncGenerator<Uint8Array, void> {
  try {
    yield* bytes;
  } catch (error) {
    note(error);
    throw error;
  }
}
