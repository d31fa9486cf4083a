import { randomInt } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { AppError, isAbort } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import { cancelled } from '../json-channel.ts';
import { GuestLines, type Line } from './json-lines.ts';

/** An agent that runs answers at once; under emulation, beside a busy guest, it may take seconds. */
const SYNC_MS = 5000;
const ANSWER_MS = 20_000;
const MOST_WORDS = 500;

const answerShape = z.object({ return: z.unknown() });
const refusalShape = z.object({ error: z.object({ class: z.string().max(100).optional(), desc: z.string().optional() }) });

export interface CallOptions {
  /** How long the answer may take; null: there is none when it works (a shutdown). */
  timeoutMs?: number | null;
}

/**
 * The QEMU guest agent of one machine, on its virtio-serial port. It serves one request at a time; it may come late, go away, and
 * say anything, so that every answer is read with a schema of bounded size. An agent that misses an answer is asked anew on a
 * new connection: what was on its way is dropped with the old one.
 * https://www.qemu.org/docs/master/interop/qemu-ga-ref.html
 */
export class GuestAgent implements AsyncDisposable {
  readonly #dial: (signal: AbortSignal) => Promise<Duplex>;
  readonly #limits: { syncMs: number; answerMs: number };
  #link: Link | null = null;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  #disposed = false;

  constructor(of: { dial: (signal: AbortSignal) => Promise<Duplex>; syncMs?: number; answerMs?: number }) {
    this.#dial = of.dial;
    this.#limits = { syncMs: of.syncMs ?? SYNC_MS, answerMs: of.answerMs ?? ANSWER_MS };
  }

  static at(host: Host, unixPath: string): GuestAgent {
    return new GuestAgent({ dial: (signal) => host.dial({ unixPath }, signal) });
  }

  /** Whether one that asked has no answer yet. */
  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  /**
   * One command, after those before it.
   * @throws AppError guestAgentSilent, guestAgentConfused, guestCommandMissing, guestRefused, cancelled
   */
  async call<Schema extends z.ZodType>(
    of: { command: string; args?: object; answer: Schema } & CallOptions,
    signal: AbortSignal,
  ): Promise<z.output<Schema>> {
    const value = await this.#inTurn(() => this.#ask(of, signal), signal);
    const parsed = of.answer.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new AppError('guestAgentConfused', { command: of.command });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.#drop();
  }

  /** After those before it; one that is cancelled while it waits lets the next ones wait on. */
  async #inTurn<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const before = this.#last;
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    this.#last = before.then(() => over);
    this.#waiting++;
    try {
      await untilAborted(before, signal);
      return await work();
    } finally {
      this.#waiting--;
      end();
    }
  }

  async #ask(of: { command: string; args?: object } & CallOptions, signal: AbortSignal): Promise<unknown> {
    if (this.#disposed) throw new AppError('guestAgentSilent');
    try {
      const link = await this.#synced(signal);
      const request: Record<string, unknown> = { execute: of.command };
      if (of.args !== undefined) request.arguments = of.args;
      link.write(`${JSON.stringify(request)}\n`);
      const timeoutMs = of.timeoutMs === undefined ? this.#limits.answerMs : of.timeoutMs;
      const line = await link.next(() => true, timeoutMs ?? this.#limits.syncMs, signal);
      return readAnswer(of.command, line.text);
    } catch (error) {
      // A refusal is an answer. Everything else leaves an answer on its way that nobody must take for the next one's.
      if (!(error instanceof AppError) || (error.reason !== 'guestRefused' && error.reason !== 'guestCommandMissing')) await this.#drop();
      const unanswered = error instanceof AppError && error.reason === 'guestAgentSilent';
      if (of.timeoutMs === null && unanswered) return {};
      if (error instanceof AppError || isAbort(error)) throw error;
      throw new AppError('guestAgentSilent', {}, { cause: error });
    }
  }

  /** A connection on which the agent has just answered to a number of ours. */
  async #synced(signal: AbortSignal): Promise<Link> {
    if (this.#link?.isOpen === true) return this.#link;
    await this.#drop();
    const link = new Link(await this.#dial(signal));
    this.#link = link;
    const id = randomInt(2 ** 31);
    link.write(Buffer.concat([Buffer.of(0xff), Buffer.from(`{"execute":"guest-sync-delimited","arguments":{"id":${id}}}\n`)]));
    const isOurs = (line: Line) => line.delimited && parse(line.text)?.return === id;
    await link.next(isOurs, this.#limits.syncMs, signal);
    return link;
  }

  async #drop(): Promise<void> {
    const link = this.#link;
    this.#link = null;
    await link?.close();
  }
}

/** One connection to the port. */
class Link {
  readonly #socket: Duplex;
  readonly #closed: Promise<void>;
  #taker: { wants: (line: Line) => boolean; resolve: (line: Line) => void } | null = null;
  isOpen = true;

  constructor(socket: Duplex) {
    this.#socket = socket;
    const lines = new GuestLines();
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const line of lines.take(chunk)) if (this.#taker?.wants(line)) this.#taker.resolve(line);
      } catch {
        socket.destroy();
      }
    });
    // The close that follows tells the same.
    socket.on('error', () => {});
    socket.once('end', () => socket.destroy());
    this.#closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.isOpen = false;
        resolve();
      });
    });
  }

  write(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** The next line that is wanted; others are dropped. @throws AppError guestAgentSilent, cancelled */
  async next(wants: (line: Line) => boolean, limitMs: number, signal: AbortSignal): Promise<Line> {
    const { promise, resolve, reject } = Promise.withResolvers<Line>();
    const silent = () => reject(new AppError('guestAgentSilent'));
    const timer = setTimeout(silent, limitMs);
    const onAbort = () => reject(cancelled(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    void this.#closed.then(silent);
    this.#taker = { wants, resolve };
    try {
      return await promise;
    } finally {
      this.#taker = null;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  async close(): Promise<void> {
    this.#socket.destroy();
    await this.#closed;
  }
}

function readAnswer(command: string, text: string): unknown {
  const message = parse(text);
  const answer = answerShape.safeParse(message);
  if (answer.success && message !== null && 'return' in message) return answer.data.return;
  const refusal = refusalShape.safeParse(message);
  if (!refusal.success) throw new AppError('guestAgentConfused', { command });
  if (refusal.data.error.class === 'CommandNotFound') throw new AppError('guestCommandMissing', { command });
  throw new AppError('guestRefused', { message: plainWords(refusal.data.error.desc ?? command) });
}

/** A guest's words as they can be shown: one line, no control characters, not endless. */
export function plainWords(text: string): string {
  return text
    .slice(0, MOST_WORDS)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

async function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(cancelled(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
