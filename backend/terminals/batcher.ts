import { encodeFrame, FRAME } from '../contract/index.ts';
import type { Clock } from '../core/index.ts';

/** Measured with 100 MB: larger batches win nothing, smaller ones cost a frame's overhead each. */
export const BATCH_BYTES = 64 * 1024;
const BATCH_MS = 4;

/** Joins what comes in quick succession into output frames of up to 64 KB. The first bytes after a pause go at once: an echo must not wait. */
export class Batcher implements Disposable {
  readonly #clock: Clock;
  readonly #deliver: (frame: Uint8Array<ArrayBuffer>) => void;
  readonly #ending = new AbortController();
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #flushedAt = Number.NEGATIVE_INFINITY;
  #armed = false;

  constructor(clock: Clock, deliver: (frame: Uint8Array<ArrayBuffer>) => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  push(bytes: Uint8Array): void {
    this.#parts.push(bytes);
    this.#bytes += bytes.byteLength;
    if (this.#bytes >= BATCH_BYTES || this.#clock.monotonic() - this.#flushedAt >= BATCH_MS) this.flush();
    else if (!this.#armed) this.#arm();
  }

  flush(): void {
    if (this.#bytes === 0) return;
    this.#flushedAt = this.#clock.monotonic();
    const bytes = this.#parts.length === 1 ? (this.#parts[0] as Uint8Array) : Buffer.concat(this.#parts, this.#bytes);
    this.#parts = [];
    this.#bytes = 0;
    for (let start = 0; start < bytes.byteLength; start += BATCH_BYTES) {
      this.#deliver(encodeFrame(FRAME.output, bytes.subarray(start, start + BATCH_BYTES)));
    }
  }

  [Symbol.dispose](): void {
    this.#ending.abort();
  }

  #arm(): void {
    this.#armed = true;
    this.#clock
      .sleep(BATCH_MS, this.#ending.signal)
      .then(() => {
        this.#armed = false;
        this.flush();
      })
      .catch(() => {});
  }
}
