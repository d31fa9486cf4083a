import { useCallback, useEffect, useMemo } from 'react';
import type { Host, Metric } from '../../../backend/contract/index.ts';
import { APP_SUBJECT, hostSubject, machineSubject } from '../../../backend/contract/index.ts';
import { type MessageKey, useI18n } from '../../i18n/index.ts';
import { useInventory, useMetricsWindow, useStores, WINDOW_SLOTS } from '../../stores/index.ts';
import { StackedArea } from '../../ui/StackedArea.tsx';
import { Tooltip } from '../../ui/Tooltip.tsx';
import { niceTop } from '../machines/scale.ts';
import styles from './HostStrip.module.css';
import { HostShares, SHARES, type Share } from './host-shares.ts';

interface Gauge {
  id: string;
  label: 'metric.cpu' | 'metric.memory' | 'metric.disk' | 'metric.network';
  metrics: readonly Metric[];
  /** What there is of it; null when that has no bound. */
  capacity: (host: Host) => number | null;
  unit: 'cores' | 'bytes' | 'bytesPerSecond';
  /** Words for each of `metrics`, where there are several. */
  directions?: readonly ('overview.read' | 'overview.write' | 'overview.receive' | 'overview.send')[];
}

const GAUGES: readonly Gauge[] = [
  { id: 'cpu', label: 'metric.cpu', metrics: ['cpuCores'], capacity: (host) => host.cpus, unit: 'cores' },
  { id: 'memory', label: 'metric.memory', metrics: ['memoryBytes'], capacity: (host) => host.memoryBytes, unit: 'bytes' },
  {
    id: 'disk',
    label: 'metric.disk',
    metrics: ['diskReadBytesPerS', 'diskWriteBytesPerS'],
    capacity: () => null,
    unit: 'bytesPerSecond',
    directions: ['overview.read', 'overview.write'],
  },
  {
    id: 'network',
    label: 'metric.network',
    metrics: ['netReceiveBytesPerS', 'netSendBytesPerS'],
    capacity: () => null,
    unit: 'bytesPerSecond',
    directions: ['overview.receive', 'overview.send'],
  },
];

const SHARE_LABELS: Record<Share, MessageKey & `kind.${string}`> = {
  container: 'kind.containers',
  vm: 'kind.vms',
  app: 'kind.app',
  rest: 'kind.rest',
};

/** One host's CPU, memory, disk and network, each split by who uses it: containers, VMs, Catamaran itself, and the rest. */
export function HostStrip({ host }: { host: Host }) {
  const { t, format } = useI18n();
  const slots = useKnownSlots(host);
  return (
    <section className={styles.strip} aria-label={t('overview.hostStrip')}>
      <div className={styles.host}>
        <h2 className={styles.name}>{host.name}</h2>
        <p className={styles.facts} title={host.osName}>
          {host.osName}
        </p>
        <p className={styles.facts}>{t('overview.kernel', { release: host.kernelRelease })}</p>
        <p className={styles.facts}>
          {t('hosts.cpus', { count: host.cpus })} · {format.bytes(host.memoryBytes)}
        </p>
        <ul className={styles.legend}>
          {SHARES.map((share) => (
            <li key={share} data-share={share}>
              {t(SHARE_LABELS[share])}
            </li>
          ))}
        </ul>
      </div>
      {GAUGES.map((gauge) => (
        <HostGauge key={gauge.id} host={host} gauge={gauge} slots={slots} />
      ))}
    </section>
  );
}

/** More machines than this are not asked for one by one: the strip then begins when the page does. */
const MOST_HISTORIES = 100;

/** How many of the newest slots can be split: those that came live, or all when every machine's history is here. */
function useKnownSlots(host: Host): number {
  const { metrics } = useStores();
  const machines = useInventory((inventory) => inventory.machines);
  const window = useMetricsWindow();
  const wanted = useMemo(
    () => (machines.size > MOST_HISTORIES ? null : [hostSubject(host.id), APP_SUBJECT, ...[...machines.keys()].map(machineSubject)]),
    [machines, host.id],
  );
  useEffect(() => wanted?.forEach(metrics.wantHistory), [metrics, wanted]);
  // A machine that is new since has no history but what came live.
  return wanted !== null && metrics.hasHistory(wanted) ? WINDOW_SLOTS : window.liveSlots;
}

function HostGauge({ host, gauge, slots }: { host: Host; gauge: Gauge; slots: number }) {
  const { t, format } = useI18n();
  const { metrics } = useStores();
  const machines = useInventory((inventory) => inventory.machines);
  const window = useMetricsWindow();
  const shares = useMemo(() => new HostShares(), []);
  // Computed once a tick, here; the drawing reads what stands in `shares`.
  shares.compute(window, { host, machines: machines.values(), metrics: gauge.metrics, slots });
  const capacity = gauge.capacity(host);
  const read = useCallback(() => {
    const highest = shares.highest();
    const least = gauge.unit === 'bytesPerSecond' ? 10_000 : 1;
    return { layers: SHARES.map((share) => shares.layers[share]), max: capacity ?? niceTop(highest, least) };
  }, [shares, capacity, gauge]);
  const total = shares.latestTotal();
  const write = (value: number) => format[gauge.unit](value);
  return (
    <div className={styles.gauge}>
      <div className={styles.head}>
        <h3 className={styles.label}>{t(gauge.label)}</h3>
        <Figure
          gauge={gauge}
          total={total}
          capacity={capacity}
          parts={gauge.metrics.map((metric) => window.latest(hostSubject(host.id), metric))}
        />
      </div>
      <div className={styles.graph}>
        <StackedArea tones={SHARES} subscribe={metrics.subscribe} read={read} />
        {capacity === null && <span className={styles.top}>{write(niceTop(shares.highest(), 10_000))}</span>}
      </div>
      <ul className={styles.parts}>
        {SHARES.map((share) => (
          <li key={share} data-share={share}>
            <span className="visually-hidden">{t(SHARE_LABELS[share])}</span>
            {write(shares.latest(share))}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface FigureProps {
  gauge: Gauge;
  total: number;
  capacity: number | null;
  /** What the host measured of each of the gauge's metrics. */
  parts: number[];
}

function Figure({ gauge, total, capacity, parts }: FigureProps) {
  const { t, format } = useI18n();
  if (gauge.unit === 'cores') {
    return <span className={styles.figure}>{t('metric.coresOf', { used: format.cores(total), total: format.integer(capacity) })}</span>;
  }
  if (gauge.unit === 'bytes') {
    const words = { done: format.bytesOf(total, capacity), total: format.bytes(capacity) };
    return <span className={styles.figure}>{t('tasks.bytes', words)}</span>;
  }
  const words = gauge.directions?.map((direction, i) => t(direction, { rate: format.bytesPerSecond(parts[i]) })) ?? [];
  return (
    <Tooltip content={words.join('\n')}>
      <span className={styles.figure}>{format.bytesPerSecond(total)}</span>
    </Tooltip>
  );
}
