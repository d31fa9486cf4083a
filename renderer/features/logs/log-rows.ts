import type { LogStream } from '../../../backend/contract/index.ts';
import type { LogBuffer } from './log-buffer.ts';

/**
 * The rows of a view: which line stands in which. A row keeps its number while older ones go at the top.
 */
export interface LogRows {
  readonly first: number;
  /** Number after the last row. */
  readonly end: number;
  /** Index of the row's line in the buffer. */
  lineAt(row: number): number;
  /** The row of a line, or of the first after it that has one. */
  rowOf(line: number): number;
}

/** Every line is a row. @param end index after the last line to show */
export function allRows(buffer: LogBuffer, end: number): LogRows {
  return { first: Math.min(buffer.first, end), end, lineAt: (row) => row, rowOf: (line) => line };
}

/** Lines looked at before the page may draw again. */
const SLICE_LINES = 100_000;
/** Entries of lines that are gone, until they are swept out. */
const SWEEP = 50_000;

export interface LineFilter {
  /** Null: every stream, every source. */
  stream: LogStream | null;
  hiddenSources: ReadonlySet<number>;
  /** Null: whether a line matches does not matter. */
  matches: { has(line: number): boolean } | null;
}

/** The lines that a filter lets through, found by and by. */
export class FilteredRows {
  readonly #buffer: LogBuffer;
  readonly #filter: LineFilter;
  #lines: number[] = [];
  #head = 0;
  /** Number of the row at `#lines[0]`. */
  #base = 0;
  #scanned: number;

  constructor(buffer: LogBuffer, filter: LineFilter) {
    this.#buffer = buffer;
    this.#filter = filter;
    this.#scanned = buffer.first;
  }

  /** Looks at new lines before `limit`; true when there are no more. */
  scan(limit: number): boolean {
    const { stream, hiddenSources, matches } = this.#filter;
    this.#forget();
    const to = Math.min(limit, Math.max(this.#scanned, this.#buffer.first) + SLICE_LINES);
    for (let line = Math.max(this.#scanned, this.#buffer.first); line < to; line++) {
      if (matches !== null && !matches.has(line)) continue;
      const entry = stream === null && hiddenSources.size === 0 ? null : this.#buffer.get(line);
      if (entry === undefined || (entry !== null && stream !== null && entry.stream !== stream)) continue;
      if (entry !== null && hiddenSources.has(entry.source)) continue;
      this.#lines.push(line);
    }
    this.#scanned = Math.max(this.#scanned, to);
    return this.#scanned >= limit;
  }

  /** @param end index after the last line to show */
  rows(end: number): LogRows {
    const base = this.#base;
    const lines = this.#lines;
    return {
      first: base + this.#head,
      end: base + this.#placeOf(end),
      lineAt: (row) => lines[row - base] ?? -1,
      rowOf: (line) => base + this.#placeOf(line),
    };
  }

  #placeOf(line: number): number {
    let low = this.#head;
    let high = this.#lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#lines[middle] as number) < line) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #forget(): void {
    this.#head = this.#placeOf(this.#buffer.first);
    if (this.#head < SWEEP || this.#head < this.#lines.length / 2) return;
    this.#lines = this.#lines.slice(this.#head);
    this.#base += this.#head;
    this.#head = 0;
  }
}
