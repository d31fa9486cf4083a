import type { TransferFile, TransferId } from '../contract/index.ts';
import { AppError, type Clock } from '../core/index.ts';
import { Rendezvous } from './rendezvous.ts';

/** A page that named a transfer in a call comes for it at once. */
const MEET_WITHIN_MS = 30_000;

export interface Download {
  file: TransferFile;
  bytes: AsyncIterable<Uint8Array>;
}

/** Brings a call and the bytes that belong to it together (contract/transfer.ts). */
export interface Transfers {
  /**
   * For a call that needs bytes: `take` reads what the page sends. Bytes that it leaves unread are not sent.
   * @throws AppError transferMissing when no page sends, and what `take` throws
   */
  receive<T>(id: TransferId, take: (bytes: AsyncIterable<Uint8Array>) => Promise<T>, signal: AbortSignal): Promise<T>;
  /**
   * For a call that gives bytes. When `open` or the bytes fail, the page gets no file, or one that it knows is not whole.
   * @throws AppError transferMissing when no page comes, `cancelled` when it goes away before the end; what `open` and the bytes throw
   */
  send(id: TransferId, open: () => Promise<Download>, signal: AbortSignal): Promise<void>;
  /** For the page's bytes: resolves when they have been taken, false when not all of them were wanted. */
  upload(id: TransferId, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<boolean>;
  /** For the page that fetches: null when there is nothing to fetch. `deliver` must read the bytes to their end, or throw. */
  download(id: TransferId, deliver: (download: Download) => Promise<void>, signal: AbortSignal): Promise<boolean>;
}

export function createTransfers({ clock }: { clock: Clock }): Transfers {
  const uploads = new Rendezvous<AsyncIterable<Uint8Array>, PromiseWithResolvers<boolean>>(clock, MEET_WITHIN_MS);
  const downloads = new Rendezvous<Delivery, Download | null>(clock, MEET_WITHIN_MS);

  return {
    async receive(id, take, signal) {
      const over = Promise.withResolvers<boolean>();
      const bytes = await uploads.second(id, over, signal);
      try {
        const taken = await take(bytes);
        over.resolve(true);
        return taken;
      } finally {
        over.resolve(false);
      }
    },

    async upload(id, bytes, signal) {
      const over = await uploads.first(id, bytes, signal);
      return over.promise;
    },

    async send(id, open, signal) {
      let download: Download;
      try {
        download = await open();
      } catch (error) {
        // The page is told that nothing comes; whether it is still there to hear it does not matter.
        await downloads.second(id, null, signal).catch(() => {});
        throw error;
      }
      let failure: unknown;
      const { file } = download;
      const bytes = noteFailure(download.bytes, (error) => {
        failure = error;
      });
      const delivery = await downloads.second(id, { file, bytes }, signal);
      await delivery.over.promise.catch((error: unknown) => {
        // What the bytes threw breaks the page's connection too, and is the cause.
        throw failure ?? error;
      });
    },

    async download(id, deliver, signal) {
      const over = Promise.withResolvers<void>();
      const download = await downloads.first(id, { over }, signal);
      if (download === null) return false;
      // The call hears of it; here the deliverer's own error is what counts.
      over.promise.catch(() => {});
      try {
        await deliver(download);
        over.resolve();
        return true;
      } catch (error) {
        // Whatever else stops a delivery, the page is gone.
        over.reject(new AppError('cancelled', {}, { cause: error }));
        throw error;
      }
    },
  };
}

interface Delivery {
  over: PromiseWithResolvers<void>;
}

/** Only what the bytes themselves throw: a reader that breaks off throws into the generator, too. */
async function* noteFailure(bytes: AsyncIterable<Uint8Array>, note: (error: unknown) => void): AsyncGenerator<Uint8Array, void> {
  const pieces = bytes[Symbol.asyncIterator]();
  try {
    while (true) {
      const next = await pieces.next().catch((error: unknown) => {
        note(error);
        throw error;
      });
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await pieces.return?.();
  }
}
