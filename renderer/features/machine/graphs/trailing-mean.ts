/**
 * The mean of what was measured in the last `spanMs`. CPU time of a process comes in steps of 10 ms, so at ten samples a
 * second a rate jumps between 0 and 0.1 cores; over one second it is what it is, and still moves ten times a second.
 */
export class TrailingMean {
  readonly #spanMs: number;
  readonly #samples: { timeMs: number; value: number }[] = [];

  constructor(spanMs: number) {
    this.#spanMs = spanMs;
  }

  /** Takes a sample and gives the mean; what was not measured is null, and the next mean begins anew. */
  add(timeMs: number, value: number | null): number | null {
    if (value === null) {
      this.#samples.length = 0;
      return null;
    }
    this.#samples.push({ timeMs, value });
    // Half a tick of tolerance at ten samples a second.
    const from = timeMs - this.#spanMs + 50;
    while ((this.#samples[0]?.timeMs ?? timeMs) < from) this.#samples.shift();
    return this.#samples.reduce((sum, sample) => sum + sample.value, 0) / this.#samples.length;
  }
}
