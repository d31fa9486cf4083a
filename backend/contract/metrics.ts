import { z } from 'zod';
import type { HostId, MachineId } from './ids.ts';

/**
 * What is measured of every subject, in this order everywhere (wire, history, graphs). SI units; rates are over the
 * sampling interval. A value that was not or could not be measured is NaN in memory and null on the wire, never 0.
 *
 * | metric | container | virtual machine | host |
 * |---|---|---|---|
 * | cpuCores | cgroup CPU time | QEMU's CPU time | all non-idle |
 * | memoryBytes | cgroup memory without page cache | PSS of the QEMU process | total − available |
 * | cacheBytes | the cgroup's page cache | – | page cache |
 * | guestMemoryBytes | – | used inside the guest, by its balloon | – |
 * | disk… | block I/O of the cgroup | QEMU's block statistics | all disks |
 * | net… | all interfaces but lo in its namespace | the guest's interfaces | all physical |
 * | processes | pids in the cgroup | processes in the guest | processes |
 */
export const METRICS = [
  'cpuCores',
  'memoryBytes',
  'cacheBytes',
  'guestMemoryBytes',
  'diskReadBytesPerS',
  'diskWriteBytesPerS',
  'netReceiveBytesPerS',
  'netSendBytesPerS',
  'processes',
] as const;
export type Metric = (typeof METRICS)[number];

/** A machine's id, `host:<hostId>`, or `app` for Catamaran itself. */
export const metricSubject = z.string().min(1).max(400).brand<'MetricSubject'>();
export type MetricSubject = z.infer<typeof metricSubject>;

export function machineSubject(id: MachineId): MetricSubject {
  return metricSubject.parse(id);
}
export function hostSubject(id: HostId): MetricSubject {
  return metricSubject.parse(`host:${id}`);
}
export const APP_SUBJECT: MetricSubject = metricSubject.parse('app');

const metricValue = z.number().nullable();

/** One tick of the sampler: all subjects of the subscription at one time. `values` follows METRICS. Slow reader: `latest`. */
export const metricsTick = z.object({
  timeMs: z.number(),
  samples: z.array(z.object({ subject: metricSubject, values: z.array(metricValue).length(METRICS.length) })),
});
export type MetricsTick = z.infer<typeof metricsTick>;

/** Ranges that graphs offer, in milliseconds. */
export const HISTORY_RANGES_MS = [60_000, 900_000, 3_600_000, 21_600_000, 86_400_000] as const;

export const metricsHistory = z.object({
  /** Start of each bucket, ascending, evenly spaced by `stepMs`. */
  timesMs: z.array(z.number()),
  stepMs: z.number(),
  /** One array per metric, in the order of METRICS, each as long as `timesMs`: the bucket's mean, null where nothing was measured. */
  means: z.array(z.array(metricValue)),
  /** As `means`: the bucket's highest value. */
  maxima: z.array(z.array(metricValue)),
});
export type MetricsHistory = z.infer<typeof metricsHistory>;
