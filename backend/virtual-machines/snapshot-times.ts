import type { SnapshotInterval } from '../contract/index.ts';

const HOUR_MS = 3_600_000;

/** The first time of the schedule after `afterMs`. Days and weeks are the local calendar's, so that a change of the clocks moves nothing. */
export function nextTime(every: SnapshotInterval, afterMs: number): number {
  if (every.unit === 'hours') return afterMs + every.count * HOUR_MS;
  const next = new Date(afterMs);
  next.setHours(0, every.minute, 0, 0);
  while (next.getTime() <= afterMs || (every.unit === 'weekly' && next.getDay() !== every.weekday)) {
    next.setDate(next.getDate() + 1);
    next.setHours(0, every.minute, 0, 0);
  }
  return next.getTime();
}
