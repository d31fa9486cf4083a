import { z } from 'zod';

/**
 * Files that go between the page and the backend, beside the calls: the page makes up an id, names it in the call that
 * needs the bytes (`images.load`) or gives them (`images.save`), and at the same time sends or fetches them under it.
 * Either side waits for the other for a while. The call carries the result and every problem; the transfer only bytes.
 *
 * In browser mode: `PUT` or `GET` of `TRANSFER_PATH/<id>`. In Electron: a channel of its own (channel.ts).
 */
export const transferId = z.uuid().brand<'TransferId'>();
export type TransferId = z.infer<typeof transferId>;

export const TRANSFER_PATH = '/transfer';

/**
 * Over a port, the reader asks for every piece and the writer answers with it, so that nothing piles up: `next`, then a
 * Uint8Array; `end` after the last one; `failed` when there will be no more. Before the first piece the backend answers a
 * download's first `next` with its `TransferFile`.
 */
export const TRANSFER_WORDS = { next: 'next', end: 'end', failed: 'failed' } as const;

export const transferFile = z.object({
  /** As it is proposed to the person who saves it. */
  name: z.string(),
  sizeBytes: z.number().nullable(),
});
export type TransferFile = z.infer<typeof transferFile>;
