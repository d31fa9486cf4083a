import { StringDecoder } from 'node:string_decoder';
import type { LogLine } from '../contract/index.ts';
import { Latest } from '../core/index.ts';

/** Of one step, in characters; the oldest lines go. */
const KEPT_CHARS = 8 * 1024 * 1024;
/** Lines handed over at a time. */
const BATCH = 2000;

/** What one step wrote, in lines, kept while the build is remembered. */
export class StepLog {
  readonly #lines: LogLine[] = [];
  /** Lines that have been let go. */
  #gone = 0;
  #chars = 0;
  #ended = false;
  readonly #rests = new Map<LogLine['stream'], { decoder: StringDecoder; text: string }>();
  readonly #changes = new Latest(null);

  add({ timeMs, stream, bytes }: { timeMs: number; stream: 'stdout' | 'stderr'; bytes: Uint8Array }): void {
    const rest = this.#rests.get(stream) ?? { decoder: new StringDecoder('utf8'), text: '' };
    this.#rests.set(stream, rest);
    const lines = (rest.text + rest.decoder.write(Buffer.from(bytes))).split('\n');
    rest.text = lines.pop() ?? '';
    for (const text of lines) this.#push({ timeMs, stream, text: text.replace(/\r$/, '') });
    if (lines.length > 0) this.#changes.set(null);
  }

  /** Nothing will be added; a last line without its end counts. */
  end(timeMs: number): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const [stream, { decoder, text }] of this.#rests) {
      const last = text + decoder.end();
      if (last !== '') this.#push({ timeMs, stream, text: last });
    }
    this.#changes.set(null);
  }

  /** All lines that are kept, then those that come, until the step has ended. */
  async *read(signal: AbortSignal): AsyncGenerator<LogLine[], void> {
    let next = this.#gone;
    for await (const _change of this.#changes.watch(signal)) {
      for (next = Math.max(next, this.#gone); next - this.#gone < this.#lines.length; ) {
        const batch = this.#lines.slice(next - this.#gone, next - this.#gone + BATCH);
        next += batch.length;
        yield batch;
        next = Math.max(next, this.#gone);
      }
      if (this.#ended) return;
    }
  }

  #push(line: LogLine): void {
    this.#lines.push(line);
    this.#chars += line.text.length;
    while (this.#chars > KEPT_CHARS && this.#lines.length > 1) {
      this.#chars -= this.#lines.shift()?.text.length ?? 0;
      this.#gone++;
    }
  }
}
