import { createWriteStream, existsSync } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { CatalogueImage, Checksum, TransferId } from '../contract/index.ts';
import { AppError } from '../core/index.ts';
import { type Downloads, publishedSum, requireSpace } from '../downloads/index.ts';
import { cancelled, fileError } from '../hosts/host-errors.ts';
import type { Transfers } from '../transfers/index.ts';
import type { Report } from './take-in.ts';

/** Far more than any publisher's list is long. */
const MOST_SUMS_BYTES = 4 * 1024 * 1024;

/** What its publisher says that the image hashes to, now. @throws AppError checksumUnpublished, and what downloads throw */
export async function sumOf(image: CatalogueImage, downloads: Downloads, signal: AbortSignal): Promise<Checksum> {
  const { url, algorithm } = image.checksum;
  const name = decodeURIComponent(basename(new URL(image.url).pathname));
  const value = publishedSum(await downloads.text(url, MOST_SUMS_BYTES, signal), name, image.checksum);
  if (value === null) throw new AppError('checksumUnpublished', { url, name, algorithm: algorithm.toUpperCase() });
  return { algorithm, value };
}

/** Brings the file, unless it came whole and verified before. @throws AppError what `Downloads.fetch` throws */
export async function download(
  of: { url: string; path: string; checksum: Checksum | null; downloads: Downloads },
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  if (existsSync(of.path)) return;
  await of.downloads.fetch(
    of,
    ({ totalBytes, doneBytes, ...rest }) =>
      report({ ...rest, doneBytes, totalBytes, progress: totalBytes ? doneBytes / totalBytes : null }),
    signal,
  );
}

/** Writes what the page sends. @throws AppError transferMissing, noSpace, cancelled */
export async function receive(
  of: { path: string; sizeBytes: number; transferId: TransferId; transfers: Transfers },
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { path, sizeBytes: totalBytes, transferId, transfers } = of;
  await requireSpace(path, totalBytes);
  let doneBytes = 0;
  async function* told(bytes: AsyncIterable<Uint8Array>) {
    for await (const piece of bytes) {
      doneBytes += piece.length;
      report({ step: 'receiving', doneBytes, totalBytes, progress: totalBytes > 0 ? Math.min(1, doneBytes / totalBytes) : null });
      yield piece;
    }
  }
  try {
    const write = (bytes: AsyncIterable<Uint8Array>) =>
      pipeline(told(bytes), createWriteStream(path, { mode: 0o600, flush: true }), { signal });
    await transfers.receive(transferId, write, signal);
  } catch (error) {
    throw signal.aborted ? cancelled(signal) : fileError(error, path, totalBytes);
  }
  // A page that goes away in the middle leaves a file that looks whole.
  if (doneBytes !== totalBytes) throw new AppError('transferMissing');
}
