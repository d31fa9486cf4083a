import { existsSync } from 'node:fs';
import { arch, cpus, release, totalmem } from 'node:os';

/** Quartiles are interpolated linearly between the neighbouring values. */
export interface Spread {
  min: number;
  q1: number;
  median: number;
  q3: number;
  max: number;
}

export interface HostDescription {
  cpu: string;
  cores: number;
  architecture: string;
  kernel: string;
  node: string;
  memoryBytes: number;
  /** What runs the guests, for benches with virtual machines. */
  accelerator?: string;
}

/** What a bench hands back; the last line of `--json` is this with `name` and `host`. Further fields are the bench's own. */
export interface BenchResult {
  /** Medians, in `unit`. */
  ours: number;
  peer: number;
  /** ours / peer, unless the bench's description says otherwise. */
  ratio: number;
  unit: string;
  /** Counted pairs. */
  n: number;
  /** `ratio` is of each pair by itself. */
  spread: { ours: Spread; peer: Spread; ratio: Spread };
  accelerator?: string;
  [field: string]: unknown;
}

export interface BenchContext {
  /** Says what is being done, on stderr, so that stdout keeps the result alone. */
  log(line: string): void;
  signal: AbortSignal;
}

/** What every `bench/NAME.ts` exports. */
export interface Bench {
  name: string;
  /** One sentence: what is measured against what, and when the result is good. */
  describe: string;
  run(context: BenchContext): Promise<BenchResult>;
}

/** One measurement: its value, or throws. */
export type Measurement = (signal: AbortSignal) => Promise<number>;

/**
 * Measures ours and the peer in pairs, in random order inside each pair, so that whatever drifts on the machine (heat, page
 * cache, neighbours) falls on both alike. Warm-up pairs are run and not counted.
 */
export async function interleave(
  options: { ours: Measurement; peer: Measurement; runs: number; warmup: number; unit: string },
  context: BenchContext,
): Promise<BenchResult> {
  if (options.runs < 7) throw new RangeError('a median needs at least 7 runs');
  const ours: number[] = [];
  const peer: number[] = [];
  for (let turn = -options.warmup; turn < options.runs; turn++) {
    const pair = { ours: Number.NaN, peer: Number.NaN };
    const order = Math.random() < 0.5 ? (['ours', 'peer'] as const) : (['peer', 'ours'] as const);
    for (const side of order) {
      context.signal.throwIfAborted();
      pair[side] = await options[side](context.signal);
    }
    const label = turn < 0 ? 'warm-up' : `${turn + 1} of ${options.runs}`;
    context.log(`${label}: ours ${format(pair.ours)}, peer ${format(pair.peer)} ${options.unit}`);
    if (turn < 0) continue;
    ours.push(pair.ours);
    peer.push(pair.peer);
  }
  return compare({ ours, peer, unit: options.unit });
}

/** The result of values that were measured in pairs: same length, same order. */
export function compare(values: { ours: number[]; peer: number[]; unit: string }): BenchResult {
  const spread = {
    ours: spreadOf(values.ours),
    peer: spreadOf(values.peer),
    ratio: spreadOf(values.ours.map((value, index) => value / (values.peer[index] ?? Number.NaN))),
  };
  return {
    ours: spread.ours.median,
    peer: spread.peer.median,
    ratio: spread.ours.median / spread.peer.median,
    unit: values.unit,
    n: values.ours.length,
    spread,
  };
}

/** @throws RangeError when empty, or when a value is not a number: a failed run must not be hidden in a median. */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0 || values.some(Number.isNaN)) throw new RangeError(`cannot summarise [${values.join(', ')}]`);
  const sorted = values.toSorted((a, b) => a - b);
  const at = (fraction: number) => {
    const position = (sorted.length - 1) * fraction;
    const low = sorted[Math.floor(position)] ?? Number.NaN;
    const high = sorted[Math.ceil(position)] ?? Number.NaN;
    return low + (high - low) * (position % 1);
  };
  return { min: at(0), q1: at(0.25), median: at(0.5), q3: at(0.75), max: at(1) };
}

export function describeHost(accelerator?: string): HostDescription {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    architecture: arch(),
    kernel: release(),
    node: process.version,
    memoryBytes: totalmem(),
    ...(accelerator === undefined ? {} : { accelerator }),
  };
}

/** Four significant digits: more would claim a precision that no run here has. */
export function format(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}

export async function loadBench(name: string): Promise<Bench> {
  const file = new URL(`./${name}.ts`, import.meta.url);
  if (!/^[a-z][a-z0-9-]*$/.test(name) || !existsSync(file)) throw new RangeError(`there is no bench “${name}”`);
  const module = (await import(file.href)) as Partial<Bench>;
  if (typeof module.name !== 'string' || typeof module.describe !== 'string' || typeof module.run !== 'function') {
    throw new TypeError(`bench/${name}.ts must export name, describe and run`);
  }
  return { name: module.name, describe: module.describe, run: module.run };
}
