import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError, isAbort, messageOf, systemCode } from '../core/index.ts';

/** The same bytes; `tell` hears how many there were so far. */
export async function* counted(bytes: AsyncIterable<Uint8Array>, tell: (doneBytes: number) => void): AsyncGenerator<Uint8Array, void> {
  let done = 0;
  for await (const chunk of bytes) {
    done += chunk.length;
    tell(done);
    yield chunk;
  }
}

/** Ends with the signal, also while the next bytes are waited for. */
export async function* until(bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const pieces = bytes[Symbol.asyncIterator]();
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  const onAbort = () => reject(new AppError('cancelled'));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  let over = false;
  try {
    while (true) {
      const next = await Promise.race([pieces.next(), promise]);
      if (next.done) {
        over = true;
        return;
      }
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not awaited: a source that is waiting itself would never answer.
    if (!over) void pieces.return?.().catch(() => {});
  }
}

/** Unpacks gzip, when that is what it begins as. @throws AppError archiveInvalid */
export async function* gunzipped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const pieces = bytes[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
    head = Buffer.concat([head, next.value]);
    if (head.length >= 2) break;
  }
  const all = (async function* () {
    try {
      if (head.length > 0) yield head;
      for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
    } finally {
      await pieces.return?.();
    }
  })();
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* all;
    return;
  }
  const source = Readable.from(all, { objectMode: false });
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } catch (error) {
    if (error instanceof AppError || isAbort(error) || !systemCode(error)?.startsWith('Z_')) throw error;
    throw new AppError('archiveInvalid', { message: messageOf(error) }, { cause: error });
  } finally {
    source.destroy();
  }
}
