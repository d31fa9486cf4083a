import type { Format } from '../../../i18n/index.ts';
import type { GraphId, RangeMs } from './graph-spec.ts';

/** How a metric is written. */
export function formatMetric(format: Format, graph: GraphId, value: number): string {
  if (graph === 'cpu') return format.cores(value);
  if (graph === 'memory') return format.bytes(value);
  return graph === 'processes' ? format.integer(value) : format.bytesPerSecond(value);
}

/** Seconds only where the range is short enough for them to matter; the day's hours and minutes otherwise. */
export function axisTime(format: Format, timeMs: number, rangeMs: RangeMs): string {
  const time = format.timeOfDay(timeMs);
  return rangeMs === 60_000 ? time : time.replace(/(\d{1,2}\D\d{2})\D\d{2}/, '$1');
}
