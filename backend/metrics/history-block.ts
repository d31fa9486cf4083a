import { METRICS } from '../contract/index.ts';

/** One resolution of the history. */
export interface Tier {
  stepMs: number;
  /** How far back it reaches. */
  keepMs: number;
  /** Buckets of one block: what is stored as one row. */
  buckets: number;
}

/** Ascending; each is coarser and reaches further back than the one before. */
export const TIERS: readonly Tier[] = [
  { stepMs: 1000, keepMs: 15 * 60_000, buckets: 30 },
  { stepMs: 15_000, keepMs: 6 * 3_600_000, buckets: 20 },
  { stepMs: 60_000, keepMs: 24 * 3_600_000, buckets: 30 },
];

export function blockMs(tier: Tier): number {
  return tier.stepMs * tier.buckets;
}

export function blockStart(tier: Tier, timeMs: number): number {
  return Math.floor(timeMs / blockMs(tier)) * blockMs(tier);
}

/** A row of evenly spaced buckets of one subject: mean and highest value of each metric, NaN where nothing was measured. */
export class Block {
  readonly startMs: number;
  readonly tier: Tier;
  /** Bucket after bucket, each with all metrics: what one sample changes lies together, and few lines of the processor's cache. */
  readonly means: Float32Array;
  readonly maxima: Float32Array;
  #bucket = -1;
  /** Samples in the present bucket, of each metric. */
  readonly #counts = new Uint16Array(METRICS.length);

  constructor(tier: Tier, startMs: number) {
    this.tier = tier;
    this.startMs = startMs;
    this.means = new Float32Array(METRICS.length * tier.buckets).fill(Number.NaN);
    this.maxima = new Float32Array(METRICS.length * tier.buckets).fill(Number.NaN);
  }

  /** Takes samples in the order of time; values in the order of METRICS. */
  add(timeMs: number, values: readonly number[]): void {
    const bucket = Math.floor((timeMs - this.startMs) / this.tier.stepMs);
    if (bucket !== this.#bucket) {
      this.#bucket = bucket;
      // What a block from the disk holds in this bucket counts as one sample.
      for (let metric = 0; metric < METRICS.length; metric++) {
        this.#counts[metric] = Number.isNaN(this.means[bucket * METRICS.length + metric]) ? 0 : 1;
      }
    }
    for (let metric = 0; metric < METRICS.length; metric++) {
      const value = values[metric] as number;
      if (Number.isNaN(value)) continue;
      const at = bucket * METRICS.length + metric;
      const count = (this.#counts[metric] as number) + 1;
      this.#counts[metric] = count;
      if (count === 1) {
        this.means[at] = value;
        this.maxima[at] = value;
      } else {
        const mean = this.means[at] as number;
        this.means[at] = mean + (value - mean) / count;
        if (value > (this.maxima[at] as number)) this.maxima[at] = value;
      }
    }
  }
}

const HEADER_BYTES = 4;

/**
 * Two bit masks (16 bits each, little endian) and the Float32 buckets of the metrics in them: metrics with any mean, then
 * those of them whose maxima differ from the means. Metrics that a subject does not have, and maxima at one sample a bucket,
 * take no room.
 */
export function encodeBlock(block: Block): Uint8Array {
  const { buckets } = block.tier;
  let meanMask = 0;
  let maxMask = 0;
  let rows = 0;
  for (let metric = 0; metric < METRICS.length; metric++) {
    let any = false;
    let differs = false;
    for (let at = metric; at < block.means.length; at += METRICS.length) {
      const mean = block.means[at] as number;
      if (Number.isNaN(mean)) continue;
      any = true;
      if (mean !== block.maxima[at]) differs = true;
    }
    if (any) meanMask |= 1 << metric;
    if (differs) maxMask |= 1 << metric;
    rows += Number(any) + Number(differs);
  }
  const bytes = new Uint8Array(HEADER_BYTES + rows * buckets * 4);
  new Uint16Array(bytes.buffer, 0, 2).set([meanMask, maxMask]);
  const floats = new Float32Array(bytes.buffer, HEADER_BYTES);
  let at = 0;
  for (const [mask, values] of [
    [meanMask, block.means],
    [maxMask, block.maxima],
  ] as const) {
    for (let metric = 0; metric < METRICS.length; metric++) {
      if ((mask & (1 << metric)) === 0) continue;
      for (let from = metric; from < values.length; from += METRICS.length) floats[at++] = values[from] as number;
    }
  }
  return bytes;
}

/** @throws RangeError when the bytes are not of a block of this tier */
export function decodeBlock(tier: Tier, startMs: number, bytes: Uint8Array): Block {
  const block = new Block(tier, startMs);
  // A copy of its own, so that the numbers lie where their size wants them.
  const own = new Uint8Array(bytes);
  const [meanMask = 0, maxMask = 0] = new Uint16Array(own.buffer, 0, 2);
  const floats = new Float32Array(own.buffer, HEADER_BYTES);
  if (floats.length !== (bitCount(meanMask) + bitCount(maxMask)) * tier.buckets)
    throw new RangeError('a block of the history has the wrong length');
  let at = 0;
  const takeInto = (values: Float32Array, metric: number) => {
    for (let to = metric; to < values.length; to += METRICS.length) values[to] = floats[at++] as number;
  };
  for (let metric = 0; metric < METRICS.length; metric++) if ((meanMask & (1 << metric)) !== 0) takeInto(block.means, metric);
  block.maxima.set(block.means);
  for (let metric = 0; metric < METRICS.length; metric++) if ((maxMask & (1 << metric)) !== 0) takeInto(block.maxima, metric);
  return block;
}

function bitCount(mask: number): number {
  let count = 0;
  for (let left = mask; left !== 0; left &= left - 1) count++;
  return count;
}
