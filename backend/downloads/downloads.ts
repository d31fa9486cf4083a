import { rename } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Checksum } from '../contract/index.ts';
import { AppError, type Clock, isAbort, Rate, systemCode } from '../core/index.ts';
import { cancelled, fileError } from '../hosts/host-errors.ts';
import { PartFile, type PartOrigin } from './part-file.ts';
import { requireSpace } from './space.ts';
import { createWebClient, type Proxies, type WebAnswer, type WebRequest } from './web-client.ts';
import { statusError } from './web-errors.ts';

/** Breaks in a row that brought nothing new. */
const ATTEMPTS = 5;
const PAUSES_MS = [500, 2_000, 5_000, 10_000];
/** Often enough for a rate. */
const SAMPLE_MS = 100;
const WORTH_ANOTHER_TRY = new Set([408, 425, 429, 500, 502, 503, 504]);

export interface DownloadProgress {
  step: 'downloading' | 'verifying';
  doneBytes: number;
  totalBytes: number | null;
  bytesPerSecond: number | null;
}

export interface Downloads extends AsyncDisposable {
  /**
   * Brings a file to `path`, where it appears whole and verified or not at all. What came so far lies at `path.part`; the next call
   * for the same address goes on from there, when the server still has the same file. It stays after an abort and after a broken
   * connection (see `discard`), and is removed after a failed verification and when the disk is full.
   * @param of.checksum null: not verified
   * @throws AppError downloadMissing, downloadDenied, downloadRefused, downloadAway, downloadProxyFailed, downloadInsecure,
   * checksumMismatch, noSpace, cancelled
   */
  fetch(
    of: { url: string; path: string; checksum: Checksum | null },
    onProgress: (progress: DownloadProgress) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** How much of the file lies at `path.part`, in bytes. */
  partBytes(path: string): Promise<number>;
  /** Removes what came so far; also when nothing is there. */
  discard(path: string): Promise<void>;
  /** A small text. @throws as `fetch`; downloadRefused when it is longer than `mostBytes` */
  text(url: string, mostBytes: number, signal: AbortSignal): Promise<string>;
}

interface Wanted {
  url: string;
  part: PartFile;
  isVerified: boolean;
}

export function createDownloads({ proxies, clock }: { proxies: Proxies; clock: Clock }): Downloads {
  const web = createWebClient({ proxies });
  const partOf = (path: string) => new PartFile(`${path}.part`);

  /** Until all of it has come, over as many connections as it takes. */
  async function bring(of: Wanted, onProgress: (progress: DownloadProgress) => void, signal: AbortSignal) {
    const tell = meter(clock, onProgress);
    let mostBytes = 0;
    for (let failures = 0; ; ) {
      try {
        const answer = await ask(of, signal);
        const { startBytes, totalBytes } = await accept(answer, of);
        let doneBytes = startBytes;
        tell(doneBytes, totalBytes);
        await of.part.append(answer.body, (bytes) => {
          doneBytes += bytes;
          tell(doneBytes, totalBytes);
        });
        return;
      } catch (error) {
        const partBytes = await of.part.sizeBytes();
        if (partBytes > mostBytes) failures = 0;
        mostBytes = Math.max(mostBytes, partBytes);
        if (!isWorthAnotherTry(error) || ++failures >= ATTEMPTS) throw error;
        await clock.sleep(PAUSES_MS[failures - 1] ?? 0, signal);
      }
    }
  }

  /** The rest of what is here, or all of it. */
  async function ask(of: Wanted, signal: AbortSignal): Promise<WebAnswer> {
    const { url, part, isVerified: mayLeaveTls } = of;
    const origin = await part.origin();
    const doneBytes = origin?.url === url ? await part.sizeBytes() : 0;
    if (origin === null || doneBytes === 0) {
      const answer = await web.get({ url, headers: {}, mayLeaveTls }, signal);
      if (answer.status === 200) return answer;
      answer.body.destroy();
      throw statusError(answer.status, url);
    }
    const headers = { range: `bytes=${doneBytes}-`, 'if-range': origin.validator };
    const answer = await askFirstOf([...new Set([origin.from, url])], { headers, mayLeaveTls }, signal);
    if (answer.status === 200 || (answer.status === 206 && startOf(answer) === doneBytes)) return answer;
    answer.body.destroy();
    if (answer.status !== 206 && answer.status !== 416) throw statusError(answer.status, url);
    // There is nothing behind what is here, or it is something else: from the beginning.
    await part.remove();
    return ask(of, signal);
  }

  /** A mirror may have gone since; then another one is asked. */
  async function askFirstOf([url = '', ...others]: string[], request: Omit<WebRequest, 'url'>, signal: AbortSignal): Promise<WebAnswer> {
    if (others.length === 0) return web.get({ ...request, url }, signal);
    const answer = await web.get({ ...request, url }, signal).catch((error: unknown) => {
      if (isAbort(error)) throw error;
      return null;
    });
    if (answer?.status === 200 || answer?.status === 206) return answer;
    answer?.body.destroy();
    return askFirstOf(others, request, signal);
  }

  return {
    async fetch({ url, path, checksum }, onProgress, signal) {
      const part = partOf(path);
      try {
        await bring({ url, part, isVerified: checksum !== null }, onProgress, signal);
        if (checksum !== null) await verify(part, { checksum, name: basename(new URL(url).pathname) }, onProgress, signal);
        await rename(part.path, path);
        await part.forget();
      } catch (error) {
        if (signal.aborted) throw cancelled(signal);
        const known = systemCode(error) === undefined ? error : fileError(error, path);
        if (known instanceof AppError && (known.code === 'noSpace' || known.reason === 'checksumMismatch')) await part.remove();
        throw known;
      }
    },

    partBytes: (path) => partOf(path).sizeBytes(),
    discard: (path) => partOf(path).remove(),

    async text(url, mostBytes, signal) {
      const { status, body } = await web.get({ url, headers: {}, mayLeaveTls: false }, signal);
      if (status !== 200) {
        body.destroy();
        throw statusError(status, url);
      }
      const pieces: Uint8Array[] = [];
      let bytes = 0;
      for await (const piece of body) {
        bytes += piece.length;
        if (bytes > mostBytes) throw statusError(413, url);
        pieces.push(piece);
      }
      return Buffer.concat(pieces).toString('utf8');
    },

    [Symbol.asyncDispose]: () => web[Symbol.asyncDispose](),
  };
}

/** Notes what comes, and makes room for it. */
async function accept(answer: WebAnswer, { url, part }: { url: string; part: PartFile }): Promise<PartOrigin & { startBytes: number }> {
  try {
    const startBytes = startOf(answer);
    const length = Number(answer.headers['content-length']);
    const totalBytes = answer.headers['content-length'] === undefined || Number.isNaN(length) ? null : startBytes + length;
    await requireSpace(part.path, totalBytes === null ? 0 : totalBytes - startBytes);
    const validator = validatorOf(answer);
    const origin = { url, from: answer.url, validator: validator ?? '', totalBytes };
    await part.begin(validator === null ? null : origin, startBytes);
    return { ...origin, startBytes };
  } catch (error) {
    answer.body.destroy();
    throw error;
  }
}

/** Where in the file the answer's first byte belongs. */
function startOf({ status, headers }: WebAnswer): number {
  if (status !== 206) return 0;
  const range = /^bytes (?<start>\d+)-/.exec(String(headers['content-range'] ?? ''));
  return Number(range?.groups?.start ?? Number.NaN);
}

/** If-Range takes no weak ETag (RFC 9110, 13.1.5), and a file without either cannot be gone on with. */
function validatorOf({ headers }: WebAnswer): string | null {
  const { etag, 'last-modified': lastModified } = headers;
  if (etag !== undefined && !etag.startsWith('W/')) return etag;
  return lastModified ?? null;
}

async function verify(
  part: PartFile,
  { checksum, name }: { checksum: Checksum; name: string },
  onProgress: (progress: DownloadProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const totalBytes = await part.sizeBytes();
  let doneBytes = 0;
  const actual = await part.hash(
    checksum.algorithm,
    (bytes) => {
      doneBytes += bytes;
      onProgress({ step: 'verifying', doneBytes, totalBytes, bytesPerSecond: null });
    },
    signal,
  );
  if (actual !== checksum.value)
    throw new AppError('checksumMismatch', { name, algorithm: checksum.algorithm.toUpperCase(), expected: checksum.value, actual });
}

function isWorthAnotherTry(error: unknown): boolean {
  if (!(error instanceof AppError) || isAbort(error)) return false;
  if (error.reason === 'downloadRefused') return WORTH_ANOTHER_TRY.has(Number(error.problem.params.status));
  return error.reason === 'downloadAway';
}

function meter(clock: Clock, onProgress: (progress: DownloadProgress) => void): (doneBytes: number, totalBytes: number | null) => void {
  const rate = new Rate();
  let sampledAtMs = Number.NEGATIVE_INFINITY;
  return (doneBytes, totalBytes) => {
    const now = clock.monotonic();
    if (now - sampledAtMs >= SAMPLE_MS) {
      sampledAtMs = now;
      rate.add(now, doneBytes);
    }
    onProgress({ step: 'downloading', doneBytes, totalBytes, bytesPerSecond: rate.bytesPerSecond });
  };
}
