import type { LogLines, LogStream } from '../../../backend/contract/index.ts';

/** What a page keeps of a log; older lines go, and the page says so. The engine keeps all of them: "save" asks it. */
export const LOG_LINES = 500_000;
const LOG_CHARS = 64 * 1024 * 1024;
/** No line is kept longer than this, so that a single one cannot fill the memory. */
const LINE_CHARS = 1024 * 1024;
/** Lines that are stored, and let go, together. */
const CHUNK_LINES = 1024;

export interface LogEntry {
  /** The machine's place among those of the log. */
  source: number;
  stream: LogStream;
  timeMs: number | null;
  /** As it was written, control sequences and all. */
  text: string;
}

/** Columns of `CHUNK_LINES` lines: half a million objects would cost more than their texts. */
interface Chunk {
  texts: string[];
  timesMs: (number | null)[];
  sources: number[];
  streams: LogStream[];
}

/** The newest lines of a log, bounded by their number and their size, under indices that never change. Readers poll `version`. */
export class LogBuffer {
  readonly #maxLines: number;
  readonly #maxChars: number;
  #chunks: Chunk[] = [];
  /** Chunks that were let go before the first. */
  #gone = 0;
  #first = 0;
  #end = 0;
  #chars = 0;
  #longest = 0;
  #letGo = 0;
  #version = 0;
  readonly #listeners = new Set<() => void>();

  constructor(bounds: { maxLines: number; maxChars: number } = { maxLines: LOG_LINES, maxChars: LOG_CHARS }) {
    this.#maxLines = bounds.maxLines;
    this.#maxChars = bounds.maxChars;
  }

  /** Index of the oldest line that is kept. */
  get first(): number {
    return this.#first;
  }

  /** Index after the newest line. */
  get end(): number {
    return this.#end;
  }

  /** Lines that had to go, since the last `clear`. */
  get letGo(): number {
    return this.#letGo;
  }

  /** Characters of the longest line so far, for the width of the view. */
  get longest(): number {
    return this.#longest;
  }

  /** Grows with every change. */
  get version(): number {
    return this.#version;
  }

  get(index: number): LogEntry | undefined {
    const chunk = this.#chunkOf(index);
    if (chunk === undefined) return undefined;
    const at = index % CHUNK_LINES;
    return {
      source: chunk.sources[at] as number,
      stream: chunk.streams[at] as LogStream,
      timeMs: chunk.timesMs[at] as number | null,
      text: chunk.texts[at] as string,
    };
  }

  /** The lines from an index on: at least one if there is one, and no more than `maxLines` or about `maxChars` characters. */
  textsFrom(from: number, bounds: { maxLines: number; maxChars: number }): string[] {
    const texts: string[] = [];
    let chars = 0;
    for (let index = from; index < this.#end && texts.length < bounds.maxLines && chars < bounds.maxChars; index++) {
      const text = this.#chunkOf(index)?.texts[index % CHUNK_LINES] ?? '';
      chars += text.length;
      texts.push(text);
    }
    return texts;
  }

  append({ text, timesMs, runs }: Pick<LogLines, 'text' | 'timesMs' | 'runs'>): void {
    const texts = text.split('\n');
    let at = 0;
    for (const { source, stream, lines } of runs) {
      for (const end = at + lines; at < end; at++) this.#add({ source, stream, timeMs: timesMs[at] ?? null, text: texts[at] ?? '' });
    }
    this.#changed();
  }

  /** Lets all lines go; what comes next gets new indices all the same. */
  clear(): void {
    while (this.#first < this.#end) this.#dropOldest();
    this.#longest = this.#letGo = 0;
    this.#changed();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #add({ source, stream, timeMs, text: whole }: LogEntry): void {
    const text = whole.length > LINE_CHARS ? cutText(whole, LINE_CHARS) : whole;
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined || chunk.texts.length === CHUNK_LINES) {
      chunk = { texts: [], timesMs: [], sources: [], streams: [] };
      this.#chunks.push(chunk);
    }
    chunk.texts.push(text);
    chunk.timesMs.push(timeMs);
    chunk.sources.push(source);
    chunk.streams.push(stream);
    this.#end++;
    this.#chars += text.length;
    if (text.length > this.#longest) this.#longest = text.length;
    while (this.#end - this.#first > this.#maxLines || (this.#chars > this.#maxChars && this.#end - this.#first > 1)) this.#dropOldest();
  }

  #dropOldest(): void {
    const chunk = this.#chunkOf(this.#first);
    const at = this.#first % CHUNK_LINES;
    this.#chars -= chunk?.texts[at]?.length ?? 0;
    if (chunk !== undefined) chunk.texts[at] = '';
    this.#first++;
    this.#letGo++;
    if (at < CHUNK_LINES - 1) return;
    this.#chunks.shift();
    this.#gone++;
  }

  #chunkOf(index: number): Chunk | undefined {
    if (index < this.#first || index >= this.#end) return undefined;
    return this.#chunks[Math.floor(index / CHUNK_LINES) - this.#gone];
  }

  #changed(): void {
    this.#version++;
    for (const listener of this.#listeners) listener();
  }
}

/** The first `length` UTF-16 units, one less where that would split a character. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  const splits = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splits ? length - 1 : length);
}
