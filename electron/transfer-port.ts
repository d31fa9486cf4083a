import { TRANSFER_WORDS, type TransferId } from '../backend/contract/index.ts';
import { AppError } from '../backend/core/index.ts';
import type { Transfers } from '../backend/transfers/index.ts';
import type { PagePort } from './page-channels.ts';

/** One transfer over a port of its own, piece by piece, as the reader asks for them (contract/transfer.ts). */
export async function serveTransfer(
  transfers: Pick<Transfers, 'upload' | 'download'>,
  request: { open: 'upload' | 'download'; id: TransferId },
  port: PagePort,
): Promise<void> {
  const conversation = new Conversation(port);
  const { signal } = conversation;
  try {
    if (request.open === 'upload') {
      if (!(await transfers.upload(request.id, conversation.pieces(), signal))) port.postMessage(TRANSFER_WORDS.failed);
      return;
    }
    const delivered = await transfers.download(
      request.id,
      async ({ file, bytes }) => {
        await conversation.asked();
        port.postMessage(file);
        for await (const piece of bytes) {
          await conversation.asked();
          port.postMessage(piece);
        }
        await conversation.asked();
        port.postMessage(TRANSFER_WORDS.end);
      },
      signal,
    );
    if (!delivered) port.postMessage(TRANSFER_WORDS.failed);
  } catch {
    // The call that the transfer belongs to fails with it, and tells it.
    if (!signal.aborted) port.postMessage(TRANSFER_WORDS.failed);
  }
}

class Conversation {
  readonly #port: PagePort;
  readonly #gone = new AbortController();
  #answer = Promise.withResolvers<unknown>();

  constructor(port: PagePort) {
    this.#port = port;
    port.on('message', ({ data }) => this.#answer.resolve(data));
    port.on('close', () => {
      this.#gone.abort();
      this.#answer.reject(new AppError('cancelled'));
    });
    this.#answer.promise.catch(() => {});
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** Resolves when the page wants the next piece. */
  async asked(): Promise<void> {
    await this.#heard();
  }

  async *pieces(): AsyncGenerator<Uint8Array, void> {
    while (true) {
      this.#port.postMessage(TRANSFER_WORDS.next);
      const piece = await this.#heard();
      if (piece === TRANSFER_WORDS.end) return;
      if (!(piece instanceof Uint8Array)) throw new AppError('cancelled');
      yield piece;
    }
  }

  async #heard(): Promise<unknown> {
    const heard = await this.#answer.promise;
    this.#answer = Promise.withResolvers();
    this.#answer.promise.catch(() => {});
    if (this.#gone.signal.aborted) throw new AppError('cancelled');
    return heard;
  }
}
