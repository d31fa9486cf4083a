import type { LogLines, LogStream } from '../../../backend/contract/index.ts';

/** What a page keeps of a log; older lines go, and the page says so. The engine keeps all of them: "save" asks it. */
export const LOG_LINES = 500_000;
const LOG_CHARS = 64 * 1024 * 1024;
/** No line is kept longer than this, so that a single one cannot fill the memory. */
const LINE_CHARS = 1024 * 1024;
/** What comes in small pieces is put together up to so many lines and characters. */
const CHUNK_LINES = 1024;
const CHUNK_CHARS = 64 * 1024;

export interface LogEntry {
  /** The machine's place among those of the log. */
  source: number;
  stream: LogStream;
  timeMs: number | null;
  /** As it was written, control sequences and all. */
  text: string;
}

/** Lines as they came, in columns: half a million strings would keep the page's memory management busy. */
interface Chunk {
  /** Index of its first line. */
  first: number;
  text: string;
  /** Offset after each line, without its newline. */
  ends: number[];
  timesMs: (number | null)[];
  runs: LogLines['runs'];
}

/** The newest lines of a log, bounded by their number and their size, under indices that never change. Readers poll `version`. */
export class LogBuffer {
  readonly #maxLines: number;
  readonly #maxChars: number;
  readonly #chunks: Chunk[] = [];
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
    const at = index - chunk.first;
    const run = runAt(chunk, at);
    return {
      source: run?.source ?? 0,
      stream: run?.stream ?? 'stdout',
      timeMs: chunk.timesMs[at] ?? null,
      text: chunk.text.slice(startOf(chunk, at), chunk.ends[at]),
    };
  }

  /** A piece of the log from a line on, its lines joined by newlines; null when there are none. */
  pieceFrom(index: number): { text: string; lines: number } | null {
    const chunk = this.#chunkOf(index);
    if (chunk === undefined) return null;
    const at = index - chunk.first;
    return { text: chunk.text.slice(startOf(chunk, at)), lines: chunk.ends.length - at };
  }

  append(lines: Pick<LogLines, 'text' | 'timesMs' | 'runs'>): void {
    const added = toChunk(this.#end, lines);
    const last = this.#chunks.at(-1);
    const joins = last !== undefined && last.ends.length + added.ends.length <= CHUNK_LINES && last.text.length < CHUNK_CHARS;
    if (joins) join(last, added);
    else this.#chunks.push(added);
    this.#end += lines.timesMs.length;
    this.#chars += added.text.length;
    this.#letGoOldest();
    this.#changed();
  }

  /** Lets all lines go; what comes next gets new indices all the same. */
  clear(): void {
    this.#chunks.length = 0;
    this.#first = this.#end;
    this.#chars = this.#longest = this.#letGo = 0;
    this.#changed();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #letGoOldest(): void {
    const before = this.#first;
    this.#first = Math.max(this.#first, this.#end - this.#maxLines);
    for (let [oldest] = this.#chunks; oldest !== undefined; [oldest] = this.#chunks) {
      const end = oldest.first + oldest.ends.length;
      const isTooMuch = this.#chars > this.#maxChars && this.#chunks.length > 1;
      if (end > this.#first && !isTooMuch) break;
      this.#first = Math.max(this.#first, end);
      this.#chars -= oldest.text.length;
      this.#chunks.shift();
    }
    this.#letGo += this.#first - before;
  }

  #chunkOf(index: number): Chunk | undefined {
    if (index < this.#first || index >= this.#end) return undefined;
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#chunks[middle]?.first ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return this.#chunks[low];
  }

  #changed(): void {
    const longest = this.#chunks.at(-1);
    if (longest !== undefined) this.#longest = Math.max(this.#longest, longestLine(longest));
    this.#version++;
    for (const listener of this.#listeners) listener();
  }
}

function toChunk(first: number, { text: whole, timesMs, runs }: Pick<LogLines, 'text' | 'timesMs' | 'runs'>): Chunk {
  const text = whole.length > LINE_CHARS ? cutLines(whole) : whole;
  const ends: number[] = [];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) ends.push(at);
  ends.push(text.length);
  return { first, text, ends, timesMs: [...timesMs], runs: runs.map((run) => ({ ...run })) };
}

function cutLines(text: string): string {
  return text
    .split('\n')
    .map((line) => cutText(line, LINE_CHARS))
    .join('\n');
}

function join(chunk: Chunk, added: Chunk): void {
  const offset = chunk.text.length + 1;
  chunk.text = `${chunk.text}\n${added.text}`;
  for (const end of added.ends) chunk.ends.push(offset + end);
  chunk.timesMs.push(...added.timesMs);
  chunk.runs.push(...added.runs);
}

function startOf({ ends }: Chunk, at: number): number {
  return at === 0 ? 0 : (ends[at - 1] ?? 0) + 1;
}

function runAt({ runs }: Chunk, at: number): LogLines['runs'][number] | undefined {
  let end = 0;
  return runs.find((run) => {
    end += run.lines;
    return at < end;
  });
}

function longestLine({ ends }: Chunk): number {
  let longest = 0;
  let start = 0;
  for (const end of ends) {
    if (end - start > longest) longest = end - start;
    start = end + 1;
  }
  return longest;
}

/** The first `length` UTF-16 units, one less where that would split a character. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  const splits = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splits ? length - 1 : length);
}
