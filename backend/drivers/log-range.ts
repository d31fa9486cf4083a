import type { LogLine } from '../contract/index.ts';
import type { LogOptions } from './driver.ts';

/** The lines of a range. For engines that know none, or whose ends are not exact to the millisecond. */
export async function* inRange(
  batches: AsyncIterable<LogLine[]>,
  { sinceMs, untilMs }: Pick<LogOptions, 'sinceMs' | 'untilMs'>,
): AsyncGenerator<LogLine[], void> {
  if (sinceMs == null && untilMs == null) return yield* batches;
  const from = sinceMs ?? Number.NEGATIVE_INFINITY;
  const to = untilMs ?? Number.POSITIVE_INFINITY;
  for await (const batch of batches) {
    const lines = batch.filter(({ timeMs }) => timeMs !== null && timeMs >= from && timeMs <= to);
    if (lines.length > 0) yield lines;
  }
}
