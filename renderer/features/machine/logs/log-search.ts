import type { LogBuffer } from './log-buffer.ts';

export interface LogQuery {
  text: string;
  regex: boolean;
  caseSensitive: boolean;
}

/** Where a query is found in one line, as UTF-16 offsets. */
export interface TextRange {
  start: number;
  end: number;
}

export interface LogMatch extends TextRange {
  /** The line's index in the buffer. */
  line: number;
}

/** More are neither counted nor kept. */
export const MATCH_LIMIT = 100_000;
/** Only so much of a line is searched: an expression that backtracks must not hold the page on one huge line. */
const SEARCHED_CHARS = 10_000;

/** @throws SyntaxError for an expression that is none */
export function compileQuery(query: LogQuery): RegExp {
  const flags = query.caseSensitive ? 'g' : 'gi';
  const source = query.regex ? query.text : query.text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  if (!query.regex) return new RegExp(source, flags);
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    // People escape more than Unicode mode allows (`\-`); the older rules take it.
    return new RegExp(source, flags);
  }
}

export function findRanges(text: string, expression: RegExp): TextRange[] {
  const ranges: TextRange[] = [];
  const searched = text.length > SEARCHED_CHARS ? text.slice(0, SEARCHED_CHARS) : text;
  for (const match of searched.matchAll(expression)) {
    if (match[0].length > 0) ranges.push({ start: match.index, end: match.index + match[0].length });
  }
  return ranges;
}

/** All matches of one expression in a buffer that grows at one end and loses lines at the other. */
export class LogSearch {
  readonly #buffer: LogBuffer;
  readonly #expression: RegExp;
  #matches: LogMatch[] = [];
  #scanned: number;

  constructor(buffer: LogBuffer, expression: RegExp) {
    this.#buffer = buffer;
    this.#expression = expression;
    this.#scanned = buffer.first;
  }

  /** In the order of the lines. */
  get matches(): readonly LogMatch[] {
    return this.#matches;
  }

  get limited(): boolean {
    return this.#matches.length >= MATCH_LIMIT;
  }

  /** Looks through at most `lines` lines that are new; true when there is no more to look through. */
  scan(lines: number): boolean {
    this.#forget();
    const to = Math.min(this.#buffer.end, Math.max(this.#scanned, this.#buffer.first) + lines);
    for (let index = Math.max(this.#scanned, this.#buffer.first); index < to && !this.limited; index++) {
      const text = this.#buffer.get(index)?.plain ?? '';
      for (const range of findRanges(text, this.#expression)) this.#matches.push({ line: index, ...range });
    }
    this.#scanned = to;
    return this.limited || to === this.#buffer.end;
  }

  /** Where a new search stands at first: at the first match from a line on, or at the last before it; null while that is not known. */
  firstFrom(line: number): LogMatch | null {
    const last = this.#matches.at(-1);
    if (last === undefined) return null;
    if (last.line >= line) return this.#matches[this.indexFrom(line)] ?? null;
    return this.#scanned === this.#buffer.end ? last : null;
  }

  /** Position in `matches` of the first one at or after a line (and offset); -1 when there is none at all. Goes round at the end. */
  indexFrom(line: number, start = 0): number {
    const matches = this.#matches;
    if (matches.length === 0) return -1;
    let low = 0;
    let high = matches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const match = matches[middle] as LogMatch;
      if (match.line < line || (match.line === line && match.start < start)) low = middle + 1;
      else high = middle;
    }
    return low === matches.length ? 0 : low;
  }

  #forget(): void {
    const { first } = this.#buffer;
    const oldest = this.#matches[0];
    if (oldest === undefined || oldest.line >= first) return;
    const kept = this.#matches.findIndex((match) => match.line >= first);
    this.#matches = kept === -1 ? [] : this.#matches.slice(kept);
  }
}
