import type { TaskPart } from '../../contract/index.ts';
import { type Clock, Rate } from '../../core/index.ts';
import type { TransferPart, TransferProgress } from '../../drivers/registries.ts';
import type { TaskProgress } from '../../tasks/index.ts';

const TICK_MS = 1_000;

/** Turns what an engine tells of layers into what a task tells: sums, rates, how far it is. */
export class TransferMeter {
  readonly #clock: Clock;
  readonly #rates = new Map<string, Rate>();
  readonly #whole = new Rate();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  measure({ step, parts }: TransferProgress): TaskProgress {
    const now = this.#clock.monotonic();
    const moving = parts.filter(({ state }) => state !== 'present');
    const doneBytes = moving.reduce((sum, part) => sum + (part.doneBytes ?? 0), 0);
    this.#whole.add(now, doneBytes);
    const sized = parts.length > 0 && moving.every(({ totalBytes, state }) => totalBytes !== null || state === 'done');
    const totalBytes = sized ? moving.reduce((sum, part) => sum + (part.totalBytes ?? 0), 0) : null;
    return {
      step,
      parts: parts.map((part) => this.#toTaskPart(part, now)),
      doneBytes,
      totalBytes,
      bytesPerSecond: this.#whole.bytesPerSecond,
      progress: totalBytes ? doneBytes / totalBytes : meanFraction(parts),
    };
  }

  #toTaskPart(part: TransferPart, now: number): TaskPart {
    const rate = this.#rates.get(part.id) ?? new Rate();
    this.#rates.set(part.id, rate);
    if (part.doneBytes !== null) rate.add(now, part.doneBytes);
    const moves = part.state === 'downloading' || part.state === 'uploading';
    return { ...part, bytesPerSecond: moves ? rate.bytesPerSecond : null };
  }
}

/**
 * Tells a task how a transfer goes: at every word of the engine, and every second also without one, so that a stalled
 * transfer is seen to stall.
 */
export async function metered<T>(
  { clock, report }: { clock: Clock; report: (progress: TaskProgress) => void },
  work: (onProgress: (progress: TransferProgress) => void) => Promise<T>,
): Promise<T> {
  const meter = new TransferMeter(clock);
  const ended = new AbortController();
  let latest: TransferProgress | null = null;
  const tell = () => {
    if (latest !== null) report(meter.measure(latest));
  };
  const ticking = (async () => {
    while (!ended.signal.aborted) {
      await clock.sleep(TICK_MS, ended.signal);
      tell();
    }
  })().catch(() => {});
  try {
    return await work((progress) => {
      latest = progress;
      tell();
    });
  } finally {
    ended.abort();
    await ticking;
  }
}

/** While sizes are not known: each layer counts the same. */
function meanFraction(parts: readonly TransferPart[]): number | null {
  if (parts.length === 0) return null;
  const sum = parts.reduce((all, { state, doneBytes, totalBytes }) => {
    if (state === 'done' || state === 'present' || state === 'downloaded' || state === 'extracting') return all + 1;
    return all + (doneBytes !== null && totalBytes ? doneBytes / totalBytes : 0);
  }, 0);
  return sum / parts.length;
}
