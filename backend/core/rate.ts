/** Long enough that a rate does not jump, short enough that a stalled transfer shows as one. */
const WINDOW_MS = 4_000;

/** Bytes by time; the rate is that of the last seconds. */
export class Rate {
  readonly #points: { atMs: number; bytes: number }[] = [];

  add(atMs: number, bytes: number): void {
    // A layer that is asked for again begins anew.
    if (bytes < (this.#points.at(-1)?.bytes ?? 0)) this.#points.length = 0;
    this.#points.push({ atMs, bytes });
    while ((this.#points[1]?.atMs ?? atMs) <= atMs - WINDOW_MS) this.#points.shift();
  }

  get bytesPerSecond(): number | null {
    const first = this.#points[0];
    const last = this.#points.at(-1);
    if (first === undefined || last === undefined || last.atMs === first.atMs) return null;
    return ((last.bytes - first.bytes) / (last.atMs - first.atMs)) * 1000;
  }
}
