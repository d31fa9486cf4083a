/** A match in a line, as UTF-16 offsets of the line as it is read. */
export interface TextRange {
  start: number;
  end: number;
}

export interface LogMatch extends TextRange {
  /** The line's index in the buffer. */
  line: number;
}

const NONE: readonly TextRange[] = [];
/** Entries of lines that are gone, until they are swept out. */
const SWEEP = 50_000;

/** The matches of one query in the order of the lines; those of the oldest lines can be let go. */
export class LogMatches {
  #lines: number[] = [];
  #starts: number[] = [];
  #ends: number[] = [];
  /** Place of the first that is kept. */
  #head = 0;

  get count(): number {
    return this.#lines.length - this.#head;
  }

  /** @param triples of the lines from `from` on: offset of the line, start, end */
  add(from: number, triples: Int32Array): void {
    for (let at = 0; at < triples.length; at += 3) {
      this.#lines.push(from + (triples[at] as number));
      this.#starts.push(triples[at + 1] as number);
      this.#ends.push(triples[at + 2] as number);
    }
  }

  dropBefore(line: number): void {
    this.#head = this.#place(line, 0);
    if (this.#head < SWEEP || this.#head < this.count) return;
    this.#lines = this.#lines.slice(this.#head);
    this.#starts = this.#starts.slice(this.#head);
    this.#ends = this.#ends.slice(this.#head);
    this.#head = 0;
  }

  at(index: number): LogMatch | undefined {
    const place = this.#head + index;
    const line = this.#lines[place];
    return index < 0 || line === undefined ? undefined : { line, start: this.#starts[place] as number, end: this.#ends[place] as number };
  }

  /** Index of the first match at or after a line (and offset); `count` when there is none. */
  indexFrom(line: number, start = 0): number {
    return this.#place(line, start) - this.#head;
  }

  has(line: number): boolean {
    return this.#lines[this.#place(line, 0)] === line;
  }

  of(line: number): readonly TextRange[] {
    const from = this.#place(line, 0);
    if (this.#lines[from] !== line) return NONE;
    const ranges: TextRange[] = [];
    for (let place = from; this.#lines[place] === line; place++) {
      ranges.push({ start: this.#starts[place] as number, end: this.#ends[place] as number });
    }
    return ranges;
  }

  #place(line: number, start: number): number {
    let low = this.#head;
    let high = this.#lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const at = this.#lines[middle] as number;
      if (at < line || (at === line && (this.#starts[middle] as number) < start)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
