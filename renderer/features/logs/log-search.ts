import type { LogBuffer } from './log-buffer.ts';
import { LogMatches } from './log-matches.ts';
import type { LogQuery } from './log-query.ts';
import type { SearchAnswer, SearchRequest } from './search-worker.ts';

/** More are neither counted nor kept. */
export const MATCH_LIMIT = 1_000_000;
/** A piece that takes longer is not searched to its end: the expression is one of those that never end. */
const PIECE_LIMIT_MS = 2000;

/** What of a Worker is used; a test gives its own. */
export interface SearchThread {
  postMessage(request: SearchRequest): void;
  onAnswer(listener: (answer: SearchAnswer) => void): void;
  terminate(): void;
}

/** `tooSlow`: one line takes longer than anybody waits; nothing more is searched. */
export type SearchState = 'searching' | 'upToDate' | 'full' | 'tooSlow';

/** All matches of one query in a buffer that grows at one end and loses lines at the other, found beside the page. */
export class LogSearch {
  readonly matches = new LogMatches();
  readonly #buffer: LogBuffer;
  readonly #thread: SearchThread;
  readonly #stopWatching: () => void;
  readonly #listeners = new Set<() => void>();
  #state: SearchState = 'searching';
  #version = 0;
  #scanned: number;
  #piece = { from: 0, to: 0 };
  #limit: ReturnType<typeof setTimeout> | undefined;

  /** @param query one that compiles */
  constructor(buffer: LogBuffer, query: LogQuery, thread: SearchThread = openThread()) {
    this.#buffer = buffer;
    this.#thread = thread;
    this.#scanned = buffer.first;
    this.#thread.onAnswer((answer) => this.#take(answer));
    this.#thread.postMessage({ query });
    this.#stopWatching = buffer.subscribe(() => this.#onLines());
  }

  get state(): SearchState {
    return this.#state;
  }

  get version(): number {
    return this.#version;
  }

  /** Lines before this index have been looked through. */
  get scanned(): number {
    return this.#scanned;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  dispose(): void {
    clearTimeout(this.#limit);
    this.#stopWatching();
    this.#listeners.clear();
    this.#thread.terminate();
  }

  #onLines(): void {
    this.matches.dropBefore(this.#buffer.first);
    if (this.#state === 'upToDate') this.#ask();
  }

  #ask(): void {
    const from = Math.max(this.#scanned, this.#buffer.first);
    const piece = this.#buffer.pieceFrom(from);
    if (piece === null) {
      this.#become('upToDate');
      return;
    }
    this.#piece = { from, to: from + piece.lines };
    this.#thread.postMessage({ text: piece.text });
    this.#limit = setTimeout(() => {
      this.#thread.terminate();
      this.#become('tooSlow');
    }, PIECE_LIMIT_MS);
    this.#become('searching');
  }

  #take(answer: SearchAnswer): void {
    clearTimeout(this.#limit);
    if (answer !== null) {
      this.matches.add(this.#piece.from, answer);
      this.#scanned = this.#piece.to;
      this.matches.dropBefore(this.#buffer.first);
    }
    if (this.matches.count >= MATCH_LIMIT) this.#become('full');
    else this.#ask();
  }

  #become(state: SearchState): void {
    this.#state = state;
    this.#version++;
    for (const listener of this.#listeners) listener();
  }
}

function openThread(): SearchThread {
  const worker = new Worker(new URL('./search-worker.ts', import.meta.url), { type: 'module', name: 'log search' });
  return {
    postMessage: (request) => worker.postMessage(request),
    onAnswer: (listener) => {
      worker.onmessage = ({ data }: MessageEvent<SearchAnswer>) => listener(data);
    },
    terminate: () => worker.terminate(),
  };
}
