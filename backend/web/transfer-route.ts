import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TRANSFER_PATH, type TransferId, transferId } from '../contract/index.ts';
import { AppError } from '../core/index.ts';
import type { Transfers } from '../transfers/index.ts';

export type TransferRoute = Pick<Transfers, 'upload' | 'download'>;

/** The transfer that a path names; null when it names none. */
export function transferOf(path: string): TransferId | null {
  if (!path.startsWith(`${TRANSFER_PATH}/`)) return null;
  return transferId.safeParse(path.slice(TRANSFER_PATH.length + 1)).data ?? null;
}

/**
 * The bytes of one transfer: `PUT` answers 204 when they were all taken and 409 when not, `GET` with a file to save, or
 * with 204, on which a browser stays where it is. What went wrong is told by the call that the transfer belongs to.
 */
export async function serveTransfer(
  transfers: TransferRoute,
  id: TransferId,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  if (request.method === 'PUT') {
    const taken = await transfers.upload(id, bytesOf(request), gone.signal).catch(failedQuietly);
    answer(response, taken ? 204 : 409);
    // What is left is not wanted: without this the browser goes on sending it.
    if (!taken) request.destroy();
    return;
  }
  const delivered = await transfers
    .download(
      id,
      async ({ file, bytes }) => {
        response.setHeader('Content-Type', 'application/octet-stream');
        response.setHeader('Content-Disposition', `attachment; filename*=UTF-8''${encodeName(file.name)}`);
        if (file.sizeBytes !== null) response.setHeader('Content-Length', file.sizeBytes);
        await pipeline(Readable.from(bytes, { objectMode: false }), response);
      },
      gone.signal,
    )
    .catch(failedQuietly);
  if (delivered) return;
  if (response.headersSent) response.destroy();
  else answer(response, 204);
}

/** The call fails with it, and tells it. */
function failedQuietly(): false {
  return false;
}

async function* bytesOf(request: IncomingMessage): AsyncGenerator<Uint8Array, void> {
  try {
    yield* request as AsyncIterable<Buffer>;
  } catch (error) {
    throw new AppError('cancelled', {}, { cause: error });
  }
}

function answer(response: ServerResponse, status: number): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'Cache-Control': 'no-store' });
  response.end();
}

/** RFC 8187: what is not an attr-char is percent-encoded. */
function encodeName(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
