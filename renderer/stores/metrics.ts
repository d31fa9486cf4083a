import { METRICS, type Metric, type MetricSubject, type MetricsHistory, type MetricsTick } from '../../backend/contract/index.ts';

/** Seconds that sparklines and the host's strip show. */
export const WINDOW_SLOTS = 120;
const SLOT_MS = 1000;
/** A reading may be late by this many ticks before it counts as missing. */
const LATE_SLOTS = 3;

/**
 * The last two minutes of every subject, one slot a second, in typed arrays outside React. Readers take values by slot;
 * nothing is allocated at a tick but for a new subject. NaN is missing.
 */
export class MetricsWindow {
  /** Per subject: METRICS.length rows of WINDOW_SLOTS values. */
  readonly #rings = new Map<MetricSubject, Float64Array>();
  readonly #seenAt = new Map<MetricSubject, number>();
  /** Ordinal of the newest slot, growing; its place in a ring is the remainder. */
  #head = 0;
  #headTimeMs: number | null = null;
  #liveSlots = 0;

  /** How many of the newest slots came live, and so hold everything that was measured. */
  get liveSlots(): number {
    return this.#liveSlots;
  }

  get headTimeMs(): number | null {
    return this.#headTimeMs;
  }

  append(tick: MetricsTick): void {
    const steps = this.#headTimeMs === null ? 1 : Math.round((tick.timeMs - this.#headTimeMs) / SLOT_MS);
    // A clock that was set back begins anew; a tick within the same second overwrites its slot.
    if (steps < 0) this.#rings.clear();
    const advance = steps < 0 ? 1 : Math.min(steps, WINDOW_SLOTS);
    for (let i = 0; i < advance; i++) this.#openSlot();
    this.#headTimeMs = steps === 0 ? this.#headTimeMs : tick.timeMs;
    this.#liveSlots = Math.min(WINDOW_SLOTS, this.#liveSlots + advance);
    const slot = this.#head % WINDOW_SLOTS;
    for (const { subject, values } of tick.samples) {
      const ring = this.#ring(subject);
      this.#seenAt.set(subject, this.#head);
      for (let metric = 0; metric < METRICS.length; metric++) ring[metric * WINDOW_SLOTS + slot] = values[metric] ?? Number.NaN;
    }
  }

  /** Fills slots that hold nothing yet with what was measured before this page looked. */
  backfill(subject: MetricSubject, history: MetricsHistory): void {
    if (this.#headTimeMs === null) this.#headTimeMs = history.timesMs.at(-1) ?? null;
    if (this.#headTimeMs === null) return;
    const ring = this.#ring(subject);
    const headTimeMs = this.#headTimeMs;
    for (const [bucket, startMs] of history.timesMs.entries()) {
      const count = Math.max(1, Math.round(history.stepMs / SLOT_MS));
      for (let i = 0; i < count; i++) {
        const age = Math.round((headTimeMs - startMs) / SLOT_MS) - i;
        if (age < 0 || age >= WINDOW_SLOTS) continue;
        const slot = (((this.#head - age) % WINDOW_SLOTS) + WINDOW_SLOTS) % WINDOW_SLOTS;
        for (let metric = 0; metric < METRICS.length; metric++) {
          const at = metric * WINDOW_SLOTS + slot;
          if (Number.isNaN(ring[at])) ring[at] = history.means[metric]?.[bucket] ?? Number.NaN;
        }
      }
    }
    this.#seenAt.set(subject, this.#head);
  }

  /** The newest value, at most a few seconds old; NaN when there is none. */
  latest(subject: MetricSubject, metric: Metric): number {
    for (let age = 0; age < LATE_SLOTS; age++) {
      const value = this.at(subject, metric, age);
      if (!Number.isNaN(value)) return value;
    }
    return Number.NaN;
  }

  /** The value `age` slots ago, 0 being the newest. */
  at(subject: MetricSubject, metric: Metric, age: number): number {
    const ring = this.#rings.get(subject);
    if (ring === undefined || age >= WINDOW_SLOTS) return Number.NaN;
    const slot = (this.#head - age + WINDOW_SLOTS) % WINDOW_SLOTS;
    return ring[METRICS.indexOf(metric) * WINDOW_SLOTS + slot] ?? Number.NaN;
  }

  /** Writes the window, oldest first, into `out` (of WINDOW_SLOTS values) and returns it. */
  read(subject: MetricSubject, metric: Metric, out: Float64Array): Float64Array {
    for (let i = 0; i < WINDOW_SLOTS; i++) out[i] = this.at(subject, metric, WINDOW_SLOTS - 1 - i);
    return out;
  }

  /** Adds the window, oldest first, to `out` (of WINDOW_SLOTS values); what is missing adds nothing. */
  addTo(subject: MetricSubject, metric: Metric, out: Float64Array): void {
    const ring = this.#rings.get(subject);
    if (ring === undefined) return;
    const from = METRICS.indexOf(metric) * WINDOW_SLOTS;
    for (let i = 0; i < WINDOW_SLOTS; i++) {
      const value = ring[from + ((this.#head + 1 + i) % WINDOW_SLOTS)] ?? Number.NaN;
      if (!Number.isNaN(value)) out[i] = (out[i] ?? 0) + value;
    }
  }

  /** The highest value of all these subjects in the window; 0 when there is none. */
  highest(subjects: Iterable<MetricSubject>, metric: Metric): number {
    const from = METRICS.indexOf(metric) * WINDOW_SLOTS;
    let highest = 0;
    for (const subject of subjects) {
      const ring = this.#rings.get(subject);
      if (ring === undefined) continue;
      for (let slot = 0; slot < WINDOW_SLOTS; slot++) {
        const value = ring[from + slot] ?? Number.NaN;
        if (value > highest) highest = value;
      }
    }
    return highest;
  }

  #ring(subject: MetricSubject): Float64Array {
    const known = this.#rings.get(subject);
    if (known !== undefined) return known;
    const ring = new Float64Array(METRICS.length * WINDOW_SLOTS).fill(Number.NaN);
    this.#rings.set(subject, ring);
    return ring;
  }

  #openSlot(): void {
    this.#head++;
    const slot = this.#head % WINDOW_SLOTS;
    for (const [subject, ring] of this.#rings) {
      // A subject that has not been seen for a whole window is gone.
      if (this.#head - (this.#seenAt.get(subject) ?? 0) > WINDOW_SLOTS) {
        this.#rings.delete(subject);
        this.#seenAt.delete(subject);
        continue;
      }
      for (let metric = 0; metric < METRICS.length; metric++) ring[metric * WINDOW_SLOTS + slot] = Number.NaN;
    }
  }
}
