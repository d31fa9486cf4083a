import type { LogLine } from '../../../../backend/contract/index.ts';
import { plainText } from './ansi.ts';

/** What a page keeps of a log; older lines go, and the page says so. The engine keeps all of them: "save" asks it. */
export const LOG_LINES = 100_000;
const LOG_CHARS = 64 * 1024 * 1024;
/** No line is kept longer than this, so that a single one cannot fill the memory. */
const LINE_CHARS = 1024 * 1024;

export interface LogEntry extends LogLine {
  /** Counted from the first line that was ever received; it never changes. */
  index: number;
  /** `text` without control sequences: what is read, searched and copied. */
  plain: string;
}

/** The newest lines of one log, bounded by their number and their size. Readers poll `version`. */
export class LogBuffer {
  readonly #maxLines: number;
  readonly #maxChars: number;
  readonly #entries: (LogEntry | undefined)[] = [];
  #first = 0;
  #end = 0;
  #chars = 0;
  #longest = 0;
  #version = 0;
  readonly #listeners = new Set<() => void>();

  constructor(bounds: { maxLines: number; maxChars: number } = { maxLines: LOG_LINES, maxChars: LOG_CHARS }) {
    this.#maxLines = bounds.maxLines;
    this.#maxChars = bounds.maxChars;
  }

  /** Index of the oldest line that is kept; as many have been let go. */
  get first(): number {
    return this.#first;
  }

  /** Index after the newest line. */
  get end(): number {
    return this.#end;
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
    return index < this.#first || index >= this.#end ? undefined : this.#entries[index % this.#maxLines];
  }

  append(lines: readonly LogLine[]): void {
    if (lines.length === 0) return;
    for (const line of lines) {
      const text = line.text.length > LINE_CHARS ? cutText(line.text, LINE_CHARS) : line.text;
      const plain = plainText(text);
      if (this.#end - this.#first === this.#maxLines) this.#dropOldest();
      this.#entries[this.#end % this.#maxLines] = { ...line, text, plain, index: this.#end };
      this.#end++;
      this.#chars += text.length;
      if (plain.length > this.#longest) this.#longest = plain.length;
      while (this.#chars > this.#maxChars && this.#end - this.#first > 1) this.#dropOldest();
    }
    this.#changed();
  }

  clear(): void {
    this.#entries.length = 0;
    this.#first = this.#end = this.#chars = this.#longest = 0;
    this.#changed();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #dropOldest(): void {
    const slot = this.#first % this.#maxLines;
    this.#chars -= this.#entries[slot]?.text.length ?? 0;
    this.#entries[slot] = undefined;
    this.#first++;
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
