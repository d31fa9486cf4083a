import type { Machine, MachineKind } from '../../../backend/contract/index.ts';
import { machineSubject } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useMetricsWindow } from '../../stores/index.ts';
import { KindIcon } from '../../ui/KindIcon.tsx';
import { Popover } from '../../ui/Popover.tsx';
import styles from './Hulls.module.css';
import { hullTotals } from './pair-machines.ts';

/** The bow: what a hull carries and what it costs in all. */
export function HullHeader({ kind, machines }: { kind: MachineKind; machines: readonly Machine[] }) {
  const { t, format } = useI18n();
  const window = useMetricsWindow();
  const totals = hullTotals(machines);
  const sum = (metric: 'cpuCores' | 'memoryBytes') => {
    const values = machines.map(({ id }) => window.latest(machineSubject(id), metric)).filter((value) => !Number.isNaN(value));
    return values.length === 0 ? { total: null, each: null } : { total: add(values), each: add(values) / values.length };
  };
  const cpu = sum('cpuCores');
  const memory = sum('memoryBytes');
  return (
    <header className={styles.bow} data-kind={kind}>
      <KindIcon kind={kind} size={24} />
      <div className={styles.names}>
        <h2 className={styles.hullName}>{t(kind === 'container' ? 'kind.containers' : 'kind.vms')}</h2>
        <p className={styles.muted}>
          {t('overview.running', { running: format.integer(totals.running), total: format.integer(totals.total) })}
        </p>
      </div>
      <dl className={styles.totals}>
        <Total
          label={t('metric.cpu')}
          value={cpu.total === null ? format.cores(null) : t('metric.cores', { value: format.cores(cpu.total) })}
          meaning={t(`meaning.cpu.${kind}`)}
        />
        <Total
          label={t('metric.memory')}
          value={format.bytes(memory.total)}
          note={memory.each === null || machines.length < 2 ? null : t('overview.average', { value: format.bytes(memory.each) })}
          meaning={t(`meaning.memory.${kind}`)}
        />
        <Total label={t('column.start')} value={format.timing(totals.startMedianMs)} meaning={t('overview.startMedianHelp')} />
      </dl>
    </header>
  );
}

interface TotalProps {
  label: string;
  value: string;
  note?: string | null;
  /** What the number says and what it leaves out: one click on its label away. */
  meaning: string;
}

function Total({ label, value, note = null, meaning }: TotalProps) {
  return (
    <div className={styles.total}>
      <dt>
        <Popover
          title={label}
          side="bottom"
          trigger={
            <button type="button" className={styles.meaning}>
              {label}
            </button>
          }
        >
          <p>{meaning}</p>
        </Popover>
      </dt>
      <dd>
        {value}
        {note !== null && <span className={styles.note}>{note}</span>}
      </dd>
    </div>
  );
}

function add(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
