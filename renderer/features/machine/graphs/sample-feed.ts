import type { MetricSubject, MetricsTick } from '../../../../backend/contract/index.ts';
import type { BackendClient, BackendConnection } from '../../../backend/index.ts';
import { metricIndex, type RangeMs, rangeSteps } from './graph-spec.ts';
import { SampleSeries } from './sample-series.ts';
import { TrailingMean } from './trailing-mean.ts';

export interface SampleFeedOptions {
  connection: BackendConnection;
  subjects: readonly MetricSubject[];
  rangeMs: RangeMs;
  onChange(): void;
  onProblem(error: unknown): void;
}

/** A value older than this is not the present one. */
const FRESH_MS = 3000;
/** A range is as long as the history keeps its finest buckets: asked for to the last moment, only wider ones would be left. */
const EDGE_MS = 2000;
const CPU = metricIndex('cpuCores');

/** History and live samples of a few subjects for one range, for as long as it is not disposed. Starts anew after every reconnect. */
export class SampleFeed {
  readonly #options: SampleFeedOptions;
  readonly #ending = new AbortController();
  #series = new Map<MetricSubject, SampleSeries>();
  readonly #cpu = new Map<MetricSubject, TrailingMean>();
  readonly #latest = new Map<MetricSubject, { timeMs: number; values: readonly (number | null)[] }>();
  /** The backend's clock against this page's. */
  #aheadMs = 0;

  constructor(options: SampleFeedOptions) {
    this.#options = options;
    const { hz } = rangeSteps(options.rangeMs);
    void options.connection
      .follow(
        (client, signal) => {
          this.#begin(client, signal);
          return client.metrics.watch({ subjects: [...options.subjects], hz }, { signal });
        },
        (tick) => this.#take(tick),
        this.#ending.signal,
      )
      .catch(options.onProblem);
  }

  /** The time at the graphs' right edge: now, on the backend's clock. */
  get nowMs(): number {
    return Date.now() + this.#aheadMs;
  }

  series(subject: MetricSubject): SampleSeries | undefined {
    return this.#series.get(subject);
  }

  /** The newest value of a metric; NaN when there is none of the last seconds. */
  latest(subject: MetricSubject, metric: number): number {
    const sample = this.#latest.get(subject);
    if (sample === undefined || this.nowMs - sample.timeMs > FRESH_MS) return Number.NaN;
    return sample.values[metric] ?? Number.NaN;
  }

  dispose(): void {
    this.#ending.abort();
  }

  #begin(client: BackendClient, signal: AbortSignal): void {
    const { subjects, rangeMs, onChange, onProblem } = this.#options;
    const { stepMs, historyPoints } = rangeSteps(rangeMs);
    const series = new Map(subjects.map((subject) => [subject, new SampleSeries(rangeMs, stepMs)]));
    this.#series = series;
    for (const subject of subjects) this.#cpu.set(subject, new TrailingMean(1000));
    const toMs = this.nowMs;
    for (const [subject, own] of series) {
      client.metrics.history({ subject, fromMs: toMs - rangeMs + EDGE_MS, toMs, points: historyPoints }, { signal }).then(
        (history) => {
          own.prepend(history);
          onChange();
        },
        (error) => signal.aborted || onProblem(error),
      );
    }
  }

  #take(tick: MetricsTick): void {
    this.#aheadMs = tick.timeMs - Date.now();
    for (const { subject, values: measured } of tick.samples) {
      const values = measured.with(CPU, this.#cpu.get(subject)?.add(tick.timeMs, measured[CPU] ?? null) ?? null);
      this.#series.get(subject)?.append(tick.timeMs, values);
      if (this.#options.subjects.includes(subject)) this.#latest.set(subject, { timeMs: tick.timeMs, values });
    }
    this.#options.onChange();
  }
}
