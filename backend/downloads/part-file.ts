import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rm, stat } from 'node:fs/promises';
import { z } from 'zod';
import type { ChecksumAlgorithm } from '../contract/index.ts';
import { writeWholeFile } from '../core/index.ts';

/** What the server said of the file that the part belongs to; goes on disk before the first byte. */
const partOrigin = z.object({
  url: z.string(),
  /** Where redirects led: the next time they may lead to another mirror, whose file has other ETags. */
  from: z.string(),
  /** For If-Range: a strong ETag, else the date of the last change. */
  validator: z.string(),
  totalBytes: z.number().nullable(),
});
export type PartOrigin = z.infer<typeof partOrigin>;

/** What has come of a file so far, with a note beside it; both outlive the app. */
export class PartFile {
  readonly path: string;
  readonly #note: string;

  constructor(path: string) {
    this.path = path;
    this.#note = `${path}.json`;
  }

  /** Null when nothing is there that could be gone on with. */
  async origin(): Promise<PartOrigin | null> {
    try {
      return partOrigin.parse(JSON.parse(await readFile(this.#note, 'utf8')));
    } catch {
      return null;
    }
  }

  async sizeBytes(): Promise<number> {
    return (await stat(this.path).catch(() => null))?.size ?? 0;
  }

  /** @param origin null: it cannot be gone on with after a break */
  async begin(origin: PartOrigin | null, startBytes: number): Promise<void> {
    if (origin === null) await rm(this.#note, { force: true });
    else await writeWholeFile(this.#note, JSON.stringify(origin), { mode: 0o600 });
    await using file = await open(this.path, startBytes === 0 ? 'w' : 'r+', 0o600);
    await file.truncate(startBytes);
  }

  /** Writes to the end, and on disk before it returns. */
  async append(bytes: AsyncIterable<Uint8Array>, onWritten: (bytes: number) => void): Promise<void> {
    await using file = await open(this.path, 'a');
    for await (const piece of bytes) {
      await file.appendFile(piece);
      onWritten(piece.length);
    }
    await file.sync();
  }

  /** Of all that lies on disk, in lower-case hexadecimal digits. */
  async hash(algorithm: ChecksumAlgorithm, onRead: (bytes: number) => void, signal: AbortSignal): Promise<string> {
    const hash = createHash(algorithm);
    for await (const piece of createReadStream(this.path, { signal, highWaterMark: 1024 * 1024 })) {
      hash.update(piece);
      onRead((piece as Buffer).length);
    }
    return hash.digest('hex');
  }

  /** Also when nothing is there. */
  async remove(): Promise<void> {
    await Promise.all([rm(this.path, { force: true }), this.forget()]);
  }

  async forget(): Promise<void> {
    await rm(this.#note, { force: true });
  }
}
