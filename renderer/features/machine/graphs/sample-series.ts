import { METRICS, type MetricsHistory } from '../../../../backend/contract/index.ts';

/** One metric of a series: a mean and a highest value for each time; NaN where nothing was measured. */
export interface Columns {
  /** Seconds since 1970, ascending; start of the bucket. */
  times: Float64Array;
  /** In the order of METRICS, each as long as `times`. */
  means: Float64Array[];
  maxima: Float64Array[];
}

/**
 * What a graph shows of one subject: a history first, then live samples put into buckets of the same width. Plain typed
 * arrays, so that ten samples a second cost no objects; the views that `columns` returns are valid until the next change.
 */
export class SampleSeries {
  readonly #spanMs: number;
  readonly #stepMs: number;
  readonly #capacity: number;
  readonly #times: Float64Array;
  readonly #means: Float64Array[];
  readonly #maxima: Float64Array[];
  /** How many measured samples are in the newest bucket, per metric. */
  readonly #counts = new Uint32Array(METRICS.length);
  /** The history may hold only wider buckets than were asked for. */
  #historyStepMs = 0;
  #from = 0;
  #to = 0;

  /** @param stepMs width of a bucket; a live sample opens a new one when it is that far from the last one's start. */
  constructor(spanMs: number, stepMs: number) {
    this.#spanMs = spanMs;
    this.#stepMs = stepMs;
    // Twice what is shown: old samples are moved out once in a while, not at every sample.
    this.#capacity = 2 * (Math.ceil(spanMs / stepMs) + 8);
    this.#times = new Float64Array(this.#capacity);
    this.#means = METRICS.map(() => new Float64Array(this.#capacity));
    this.#maxima = METRICS.map(() => new Float64Array(this.#capacity));
  }

  /** Measured values farther apart than this have a gap between them. */
  get gapSeconds(): number {
    // A 1 Hz history is never exactly on time: one late tick is no gap.
    return Math.max(2.1, (Math.max(this.#stepMs, this.#historyStepMs) / 1000) * 1.5);
  }

  get length(): number {
    return this.#to - this.#from;
  }

  /** Time of the newest bucket's start in milliseconds; null while there is none. */
  get lastMs(): number | null {
    return this.length === 0 ? null : (this.#times[this.#to - 1] ?? 0) * 1000;
  }

  columns(): Columns {
    const view = (array: Float64Array) => array.subarray(this.#from, this.#to);
    return { times: view(this.#times), means: this.#means.map(view), maxima: this.#maxima.map(view) };
  }

  /** Puts a history before the live samples that have come meanwhile; what it has of their time gives way to them. */
  prepend(history: MetricsHistory): void {
    this.#historyStepMs = history.stepMs;
    const live = this.columns();
    const liveTimes = live.times.slice();
    const liveMeans = live.means.map((column) => column.slice());
    const liveMaxima = live.maxima.map((column) => column.slice());
    const liveFrom = liveTimes[0] ?? Number.POSITIVE_INFINITY;
    const older = history.timesMs.filter((time) => time / 1000 < liveFrom).length;
    const skip = Math.max(0, older + liveTimes.length - this.#capacity);
    this.#from = 0;
    this.#to = 0;
    for (let row = skip; row < older; row++) {
      this.#times[this.#to] = (history.timesMs[row] ?? 0) / 1000;
      for (let metric = 0; metric < METRICS.length; metric++) {
        this.#set(metric, this.#to, history.means[metric]?.[row] ?? NaN, history.maxima[metric]?.[row] ?? NaN);
      }
      this.#to++;
    }
    this.#times.set(liveTimes, this.#to);
    for (let metric = 0; metric < METRICS.length; metric++) {
      this.#means[metric]?.set(liveMeans[metric] ?? [], this.#to);
      this.#maxima[metric]?.set(liveMaxima[metric] ?? [], this.#to);
    }
    this.#to += liveTimes.length;
    if (liveTimes.length === 0) this.#counts.fill(1);
  }

  /** A live sample; one that is not newer than the last is left out (the clock was set back, or it came twice). */
  append(timeMs: number, values: readonly (number | null)[]): void {
    const last = this.lastMs;
    if (last !== null && timeMs <= last) return;
    // A sampler does not fire exactly on time: what comes a little early opens its bucket too.
    const early = Math.min(this.#stepMs / 4, 250);
    if (last === null || timeMs - last >= this.#stepMs - early) this.#open(timeMs);
    const row = this.#to - 1;
    for (let metric = 0; metric < METRICS.length; metric++) {
      const value = values[metric];
      if (value === null || value === undefined || Number.isNaN(value)) continue;
      const count = (this.#counts[metric] ?? 0) + 1;
      const mean = this.#means[metric]?.[row] ?? NaN;
      const highest = this.#maxima[metric]?.[row] ?? NaN;
      this.#counts[metric] = count;
      this.#set(
        metric,
        row,
        Number.isNaN(mean) ? value : mean + (value - mean) / count,
        Number.isNaN(highest) ? value : Math.max(highest, value),
      );
    }
  }

  #open(timeMs: number): void {
    const oldest = (timeMs - this.#spanMs) / 1000 - this.#stepMs / 500;
    // Keeps two buckets before the edge, so that the line enters the graph from outside.
    while (this.#from < this.#to && (this.#times[this.#from] ?? 0) < oldest) this.#from++;
    if (this.#to === this.#capacity) this.#compact();
    this.#times[this.#to] = timeMs / 1000;
    for (let metric = 0; metric < METRICS.length; metric++) this.#set(metric, this.#to, NaN, NaN);
    this.#counts.fill(0);
    this.#to++;
  }

  #compact(): void {
    // Samples may come faster than the step promised; then the oldest half goes.
    if (this.#from === 0) this.#from = this.#capacity >> 1;
    for (const array of [this.#times, ...this.#means, ...this.#maxima]) array.copyWithin(0, this.#from, this.#to);
    this.#to -= this.#from;
    this.#from = 0;
  }

  #set(metric: number, row: number, mean: number, highest: number): void {
    const means = this.#means[metric];
    const maxima = this.#maxima[metric];
    if (means !== undefined) means[row] = mean;
    if (maxima !== undefined) maxima[row] = highest;
  }
}
