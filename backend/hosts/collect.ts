import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError, systemCode } from '../core/index.ts';
import type { ExecOptions, ExecResult, HostProcess } from './host.ts';
import { cancelled } from './host-errors.ts';

/** After its end, what its children still hold of its pipes is read for this long, no longer: a daemon would hold them for ever. */
const PIPE_LINGER_MS = 500;
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

export interface RunningProcess extends HostProcess {
  /** Settles when the process has ended and its pipes are closed. */
  readonly closed: Promise<unknown>;
}

/** Runs to the end. Input that fails, output beyond its bound and an abort end the process first, then reject. */
export async function collect(
  process: RunningProcess,
  options: ExecOptions,
  at: { command: string; signal: AbortSignal },
): Promise<ExecResult> {
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // May reject after the race has been decided.
  failed.catch(() => {});
  const onAbort = () => fail(cancelled(at.signal));
  at.signal.addEventListener('abort', onAbort, { once: true });
  if (at.signal.aborted) onAbort();
  const tooLong = () => fail(new AppError('internal', { message: `${at.command} wrote more than ${maxBytes} bytes` }));
  const stdout = gather(process.stdout, maxBytes, tooLong);
  const stderr = gather(process.stderr, maxBytes, tooLong);
  try {
    feed(process.stdin, options.input).catch(fail);
    const exitCode = await Promise.race([failed, ended(process)]);
    return { exitCode, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') };
  } finally {
    at.signal.removeEventListener('abort', onAbort);
    await process[Symbol.asyncDispose]();
  }
}

async function ended(process: RunningProcess): Promise<number> {
  const code = await process.exited;
  let timer: NodeJS.Timeout | undefined;
  const linger = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PIPE_LINGER_MS);
  });
  await Promise.race([process.closed, linger]);
  clearTimeout(timer);
  return code;
}

function gather(stream: NodeJS.ReadableStream, maxBytes: number, tooLong: () => void): Buffer[] {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    else tooLong();
  });
  return chunks;
}

/** Writes with backpressure, then closes. A reader that went away is no error; a source that fails is. */
async function feed(stdin: NodeJS.WritableStream, input: ExecOptions['input']): Promise<void> {
  if (input === undefined || input instanceof Uint8Array) {
    stdin.end(input ?? '');
    return;
  }
  try {
    await pipeline(Readable.from(input, { objectMode: false }), stdin);
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'EPIPE' && code !== 'ECONNRESET' && code !== 'ERR_STREAM_PREMATURE_CLOSE' && code !== 'ERR_STREAM_DESTROYED') throw error;
  }
}
