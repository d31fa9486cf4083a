import type { LogLine, LogLines } from '../contract/index.ts';
import type { Segment } from './merger.ts';

/** A message holds no more, so that none is long to send or to read. */
const MOST_LINES = 2000;
const MOST_CHARS = 512 * 1024;

/** Segments in the contract's columns. */
export function* toLogLines(segments: readonly Segment[]): Generator<LogLines, void> {
  let columns = new Columns();
  for (const { source, lines } of segments) {
    for (const line of lines) {
      columns.add(source, line);
      if (!columns.isFull) continue;
      yield columns.toLines();
      columns = new Columns();
    }
  }
  if (!columns.isEmpty) yield columns.toLines();
}

class Columns {
  readonly #texts: string[] = [];
  readonly #timesMs: (number | null)[] = [];
  readonly #runs: LogLines['runs'] = [];
  #chars = 0;

  get isEmpty(): boolean {
    return this.#texts.length === 0;
  }

  get isFull(): boolean {
    return this.#texts.length >= MOST_LINES || this.#chars >= MOST_CHARS;
  }

  add(source: number, { timeMs, stream, text }: LogLine): void {
    this.#texts.push(text);
    this.#timesMs.push(timeMs);
    this.#chars += text.length;
    const run = this.#runs.at(-1);
    if (run?.source === source && run.stream === stream) run.lines++;
    else this.#runs.push({ source, stream, lines: 1 });
  }

  toLines(): LogLines {
    return { type: 'lines', text: this.#texts.join('\n'), timesMs: this.#timesMs, runs: this.#runs };
  }
}
