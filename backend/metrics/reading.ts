import type { Counters } from '../drivers/driver.ts';

/**
 * What a probe found at one moment: counters that only grow while their subject lives, and gauges. SI units, times of a
 * monotonic clock. NaN is "not measured".
 */
export interface Reading extends Counters {
  atMs: number;
  /** When the disk and network counters were taken; differs from `atMs` where they arrive from elsewhere. */
  countersAtMs: number;
  cpuSeconds: number;
  memoryBytes: number;
  cacheBytes: number;
}

export function emptyReading(atMs: number): Reading {
  return {
    atMs,
    countersAtMs: atMs,
    cpuSeconds: Number.NaN,
    memoryBytes: Number.NaN,
    cacheBytes: Number.NaN,
    guestMemoryBytes: Number.NaN,
    diskReadBytes: Number.NaN,
    diskWriteBytes: Number.NaN,
    netReceiveBytes: Number.NaN,
    netSendBytes: Number.NaN,
    processes: Number.NaN,
  };
}

/**
 * The sample between two readings, in the order of METRICS: gauges as `next` has them, counters as change per second.
 * A counter that fell was reset, and one without a time between its readings was not measured: both are NaN, never 0.
 */
export function rates(previous: Reading | null, next: Reading): number[] {
  const before = previous ?? emptyReading(next.atMs);
  const seconds = (next.atMs - before.atMs) / 1000;
  const counterSeconds = (next.countersAtMs - before.countersAtMs) / 1000;
  return [
    rate(before.cpuSeconds, next.cpuSeconds, seconds),
    next.memoryBytes,
    next.cacheBytes,
    next.guestMemoryBytes,
    rate(before.diskReadBytes, next.diskReadBytes, counterSeconds),
    rate(before.diskWriteBytes, next.diskWriteBytes, counterSeconds),
    rate(before.netReceiveBytes, next.netReceiveBytes, counterSeconds),
    rate(before.netSendBytes, next.netSendBytes, counterSeconds),
    next.processes,
  ];
}

function rate(before: number, after: number, seconds: number): number {
  const change = after - before;
  return seconds > 0 && change >= 0 ? change / seconds : Number.NaN;
}
