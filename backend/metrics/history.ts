import { METRICS, type MetricSubject, type MetricsHistory } from '../contract/index.ts';
import type { Clock, Logger } from '../core/index.ts';
import { Block, blockMs, blockStart, TIERS, type Tier } from './history-block.ts';
import { HistoryFile } from './history-file.ts';

/** As long as a block of the finest tier: each flush writes it once, whole. */
const FLUSH_MS = 30_000;
/** Every how many flushes the coarse tiers' unfinished blocks are written again. */
const COARSE_TURNS = 10;

export interface HistoryQuery {
  subject: MetricSubject;
  fromMs: number;
  toMs: number;
  /** How many points a graph has room for; the answer has at most one more. */
  points: number;
}

/**
 * What was measured, in three resolutions. The blocks of time that are being filled are in memory, all earlier ones in the
 * file. Memory and file are joined when a block is opened, so that a restart continues the block it interrupted.
 */
export class History implements Disposable {
  readonly #file: HistoryFile;
  readonly #historyBytes: () => number;
  readonly #clock: Clock;
  /** Open blocks of each subject, one a tier. */
  readonly #open = new Map<MetricSubject, { blocks: Block[]; recordedMs: number }>();
  #closed: { subject: MetricSubject; block: Block }[] = [];
  #flushedMs: number;

  constructor(options: { historyFile: string; historyBytes: () => number; clock: Clock; logger: Logger }) {
    this.#file = new HistoryFile(options.historyFile, options.logger);
    this.#historyBytes = options.historyBytes;
    this.#clock = options.clock;
    this.#flushedMs = options.clock.now();
  }

  /** @param values in the order of METRICS, NaN where not measured */
  record(subject: MetricSubject, timeMs: number, values: readonly number[]): void {
    let series = this.#open.get(subject);
    if (series === undefined) {
      series = { blocks: TIERS.map((tier) => this.#openBlock(subject, tier, timeMs)), recordedMs: timeMs };
      this.#open.set(subject, series);
    }
    series.recordedMs = timeMs;
    for (let index = 0; index < TIERS.length; index++) {
      let block = series.blocks[index] as Block;
      if (timeMs < block.startMs || timeMs >= block.startMs + blockMs(block.tier)) {
        this.#closed.push({ subject, block });
        block = this.#openBlock(subject, block.tier, timeMs);
        series.blocks[index] = block;
      }
      block.add(timeMs, values);
    }
  }

  /** To be called after each round of records. */
  flushIfDue(): void {
    // By the clock's half minutes, when the finest blocks have just been closed.
    const turn = Math.floor(this.#clock.now() / FLUSH_MS);
    if (turn !== Math.floor(this.#flushedMs / FLUSH_MS)) this.flush(turn % COARSE_TURNS === 0);
  }

  /** @param whole the unfinished blocks of the coarse tiers too; a crash costs them what came since, which the finest tier has */
  flush(whole = true): void {
    const since = this.#flushedMs;
    const nowMs = this.#clock.now();
    this.#flushedMs = nowMs;
    const blocks = [...this.#closed];
    this.#closed = [];
    for (const [subject, series] of this.#open) {
      const ended = series.recordedMs < since;
      for (const block of whole || ended ? series.blocks : series.blocks.slice(0, 1)) blocks.push({ subject, block });
      if (ended) this.#open.delete(subject);
    }
    this.#file.put(blocks);
    this.#file.trim(nowMs, this.#historyBytes());
  }

  query({ subject, fromMs, toMs, points }: HistoryQuery): MetricsHistory {
    const wantedMs = (toMs - fromMs) / points;
    const tier = chooseTier(this.#clock.now() - fromMs, wantedMs);
    const merged = Math.max(1, Math.ceil(wantedMs / tier.stepMs));
    const stepMs = merged * tier.stepMs;
    const firstMs = Math.floor(fromMs / stepMs) * stepMs;
    const count = Math.max(0, Math.ceil((toMs - firstMs) / stepMs));
    const series = new MergedSeries(count);
    for (let startMs = blockStart(tier, firstMs); startMs < firstMs + count * stepMs; startMs += blockMs(tier)) {
      const block = this.#block(subject, tier, startMs);
      if (block !== null) series.add(block, (timeMs) => Math.floor((timeMs - firstMs) / stepMs));
    }
    return { timesMs: Array.from({ length: count }, (_, index) => firstMs + index * stepMs), stepMs, ...series.finish() };
  }

  [Symbol.dispose](): void {
    this.flush();
    this.#file[Symbol.dispose]();
  }

  #openBlock(subject: MetricSubject, tier: Tier, timeMs: number): Block {
    const startMs = blockStart(tier, timeMs);
    return this.#file.get(subject, tier, startMs) ?? new Block(tier, startMs);
  }

  #block(subject: MetricSubject, tier: Tier, startMs: number): Block | null {
    const block = this.#open.get(subject)?.blocks[TIERS.indexOf(tier)];
    return block?.startMs === startMs ? block : this.#file.get(subject, tier, startMs);
  }
}

/** The coarsest that is fine enough among those that reach back far enough; else the finest that does. */
export function chooseTier(ageMs: number, wantedMs: number): Tier {
  const reaching = TIERS.filter((tier) => ageMs <= tier.keepMs);
  return reaching.findLast((tier) => tier.stepMs <= wantedMs) ?? reaching[0] ?? (TIERS.at(-1) as Tier);
}

/** Buckets of blocks joined to the buckets of an answer. */
class MergedSeries {
  readonly #count: number;
  readonly #sums: Float64Array;
  readonly #samples: Uint16Array;
  readonly #maxima: Float64Array;

  constructor(count: number) {
    this.#count = count;
    this.#sums = new Float64Array(METRICS.length * count);
    this.#samples = new Uint16Array(METRICS.length * count);
    this.#maxima = new Float64Array(METRICS.length * count);
  }

  add(block: Block, bucketOf: (timeMs: number) => number): void {
    const { stepMs, buckets } = block.tier;
    for (let from = 0; from < buckets; from++) {
      const to = bucketOf(block.startMs + from * stepMs);
      if (to < 0 || to >= this.#count) continue;
      for (let metric = 0; metric < METRICS.length; metric++) {
        const mean = block.means[from * METRICS.length + metric] as number;
        if (Number.isNaN(mean)) continue;
        const max = block.maxima[from * METRICS.length + metric] as number;
        const at = metric * this.#count + to;
        if (this.#samples[at] === 0 || max > (this.#maxima[at] as number)) this.#maxima[at] = max;
        this.#sums[at] = (this.#sums[at] as number) + mean;
        this.#samples[at] = (this.#samples[at] as number) + 1;
      }
    }
  }

  finish(): { means: (number | null)[][]; maxima: (number | null)[][] } {
    const row = (metric: number, value: (at: number, samples: number) => number) =>
      Array.from({ length: this.#count }, (_, index) => {
        const at = metric * this.#count + index;
        const samples = this.#samples[at] as number;
        return samples === 0 ? null : value(at, samples);
      });
    return {
      means: METRICS.map((_, metric) => row(metric, (at, samples) => (this.#sums[at] as number) / samples)),
      maxima: METRICS.map((_, metric) => row(metric, (at) => this.#maxima[at] as number)),
    };
  }
}
