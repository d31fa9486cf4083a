import { type HISTORY_RANGES_MS, type Limits, type MachineKind, METRICS, type Metric } from '../../../../backend/contract/index.ts';
import type { AxisBase } from './axis.ts';

export const GRAPHS = ['cpu', 'memory', 'disk', 'network', 'processes'] as const;
export type GraphId = (typeof GRAPHS)[number];

export interface GraphSpec {
  /** The first is drawn as a full line, the second dotted. */
  metrics: Record<MachineKind, readonly Metric[]>;
  base: AxisBase;
  /** The axis never ends below this, so that noise does not look like work. */
  floor: number;
  /** Which limit of the machine bounds it. */
  limit: keyof Limits | null;
}

export const GRAPH_SPECS: Record<GraphId, GraphSpec> = {
  cpu: { metrics: { container: ['cpuCores'], vm: ['cpuCores'] }, base: 'decimal', floor: 0.1, limit: 'cpus' },
  memory: {
    metrics: { container: ['memoryBytes', 'cacheBytes'], vm: ['memoryBytes', 'guestMemoryBytes'] },
    base: 'binary',
    floor: 1024 * 1024,
    limit: 'memoryBytes',
  },
  disk: {
    metrics: { container: ['diskReadBytesPerS', 'diskWriteBytesPerS'], vm: ['diskReadBytesPerS', 'diskWriteBytesPerS'] },
    base: 'decimal',
    floor: 1000,
    limit: null,
  },
  network: {
    metrics: { container: ['netReceiveBytesPerS', 'netSendBytesPerS'], vm: ['netReceiveBytesPerS', 'netSendBytesPerS'] },
    base: 'decimal',
    floor: 1000,
    limit: null,
  },
  processes: { metrics: { container: ['processes'], vm: ['processes'] }, base: 'whole', floor: 4, limit: 'processes' },
};

export type RangeMs = (typeof HISTORY_RANGES_MS)[number];

/** How a range is read: its first picture from the history, then live. Buckets are wide enough that each holds a 1 Hz sample. */
export function rangeSteps(rangeMs: RangeMs): { historyPoints: number; stepMs: number; hz: 1 | 10 } {
  if (rangeMs === 60_000) return { historyPoints: 60, stepMs: 100, hz: 10 };
  // The history holds 1 s for 15 minutes, 15 s for 6 hours, 60 s for a day; narrower buckets than it has would show as gaps.
  const historyPoints = { 900000: 450, 3600000: 240, 21600000: 720, 86400000: 720 }[rangeMs];
  return { historyPoints, stepMs: rangeMs / historyPoints, hz: 1 };
}

export function metricIndex(metric: Metric): number {
  return METRICS.indexOf(metric);
}

/** A limit far above what is used would press the line to the ground: it is drawn only when the line comes near. */
export function limitOnAxis(limit: number | null, highest: number): number | null {
  return limit !== null && highest * 4 >= limit ? limit : null;
}
