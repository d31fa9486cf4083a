import type { Duplex } from 'node:stream';
import { AppError } from '../../core/index.ts';

const REQUEST_TIMEOUT_MS = 10_000;
/** An answer is a few kilobytes; what is longer than this is no answer. */
const LINE_LIMIT = 4 * 1024 * 1024;

type Message = Record<string, unknown>;

interface Waiting {
  resolve(message: Message): void;
  reject(error: unknown): void;
}

/** JSON lines over a socket: requests are answered by their id, everything else is handed to `onMessage`. */
export class JsonChannel implements AsyncDisposable {
  readonly ended: Promise<void>;
  readonly #socket: Duplex;
  readonly #what: string;
  readonly #onMessage: (message: Message) => void;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #rest = '';
  #isEnded = false;

  constructor(socket: Duplex, of: { what: string; onMessage: (message: Message) => void }) {
    this.#socket = socket;
    this.#what = of.what;
    this.#onMessage = of.onMessage;
    const decoder = new TextDecoder();
    socket.on('data', (chunk: Buffer) => this.#take(decoder.decode(chunk, { stream: true })));
    // The close that follows tells the same.
    socket.on('error', () => {});
    this.ended = new Promise((resolve) => {
      socket.once('close', () => {
        this.#end();
        resolve();
      });
      socket.once('end', () => socket.destroy());
    });
  }

  /**
   * @param line makes the request's line from its id, without the newline
   * @throws AppError `timedOut`, `engineUnreachable` when the socket closes first, `cancelled`
   */
  async request(line: (id: number) => string, options: { timeoutMs?: number }, signal: AbortSignal): Promise<Message> {
    if (signal.aborted) throw cancelled(signal);
    if (this.#isEnded) throw this.#gone();
    const id = this.#nextId++;
    const timeoutMs = options.timeoutMs ?? REQUEST_TIMEOUT_MS;
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    this.#waiting.set(id, { resolve, reject });
    const timer = setTimeout(() => reject(new AppError('timedOut', { what: this.#what, seconds: timeoutMs / 1000 })), timeoutMs);
    const onAbort = () => reject(cancelled(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      this.#socket.write(`${line(id)}\n`);
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      this.#waiting.delete(id);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await this.ended;
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > LINE_LIMIT) this.#socket.destroy();
    for (const line of lines) {
      const message = parse(line);
      if (message === null) continue;
      const waiting = typeof message.id === 'number' ? this.#waiting.get(message.id) : undefined;
      if (waiting !== undefined) waiting.resolve(message);
      else if (message.id === undefined) this.#onMessage(message);
    }
  }

  #end(): void {
    this.#isEnded = true;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#gone());
  }

  #gone(): AppError {
    return new AppError('engineUnreachable', { engine: this.#what, message: 'the connection was closed' });
  }
}

export function cancelled(signal: AbortSignal): AppError {
  return new AppError('cancelled', {}, { cause: signal.reason });
}

/** Null for what is no object: an unfinished line of whoever was connected before. */
function parse(line: string): Message | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Message) : null;
  } catch {
    return null;
  }
}
