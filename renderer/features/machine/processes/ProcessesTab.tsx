import { Activity, ListTree } from 'lucide-react';
import { useMemo, useState } from 'react';
import { hasProcesses, type Machine } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { useSettings } from '../../../stores/index.ts';
import { Button } from '../../../ui/Button.tsx';
import { classNames } from '../../../ui/class-names.ts';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { type Sort, Table } from '../../../ui/Table.tsx';
import { GuestLink } from '../../guest/GuestLink.tsx';
import { StartButton } from '../../machines/StartButton.tsx';
import tab from '../tab.module.css';
import styles from './ProcessesTab.module.css';
import { useProcessColumns } from './process-columns.tsx';
import type { ProcessRow } from './process-tree.ts';
import { SignalDialog } from './SignalDialog.tsx';
import { useProcesses } from './use-processes.ts';

const keyOf = (row: ProcessRow) => row.key;
const NONE: ReadonlySet<string> = new Set();

/** What runs in the machine, as a tree that is looked at every two seconds. */
export function ProcessesTab({ machine }: { machine: Machine }) {
  const { t, problem } = useI18n();
  const { density } = useSettings();
  const isUp = hasProcesses(machine.state);
  const [sort, setSort] = useState<Sort | null>(null);
  const [selection, setSelection] = useState(NONE);
  const [asked, setAsked] = useState<readonly ProcessRow[]>([]);
  const { value: reading, problem: failure, again } = useProcesses(machine.id, isUp);
  const columns = useProcessColumns({ isTree: sort === null, onHost: machine.kind === 'container', onSignal: (row) => setAsked([row]) });
  const rows = useMemo(() => sortRows(reading?.rows ?? [], sort), [reading, sort]);
  const chosen = rows.filter(({ key }) => selection.has(key));

  if (!isUp) {
    return (
      <EmptyState
        icon={<Activity size={32} />}
        title={t('processes.notRunning', { name: machine.name })}
        action={<StartButton machine={machine} />}
      >
        {t('processes.notRunningText')}
      </EmptyState>
    );
  }
  if (failure !== null && reading === null) {
    return (
      <EmptyState icon={<Activity size={32} />} title={t('processes.unknown')} action={<GuestLink machine={machine} problem={failure} />}>
        {problem(failure)}
      </EmptyState>
    );
  }
  return (
    <div className={tab.tab}>
      <div className={classNames(tab.bar, styles.muted)}>
        <span>{reading === null ? t('processes.reading') : t('processes.count', { count: rows.length + reading.more })}</span>
        {reading !== null && reading.more > 0 && <span>{t('processes.more', { count: reading.more })}</span>}
        {failure !== null && (
          <span role="alert" className={styles.problem}>
            {problem(failure)}
          </span>
        )}
        <span className={tab.tools}>
          {chosen.length > 0 && (
            <Button size="small" variant="danger" onClick={() => setAsked(chosen)}>
              {t('processes.signalMany', { count: chosen.length })}
            </Button>
          )}
          <Button size="small" icon={<ListTree />} aria-pressed={sort === null} onClick={() => setSort(null)}>
            {t('processes.tree')}
          </Button>
        </span>
      </div>
      <Table
        label={t('processes.label', { name: machine.name })}
        columns={columns}
        rows={rows}
        rowKey={keyOf}
        rowHeight={density === 'compact' ? 28 : 36}
        {...(sort === null ? {} : { sort })}
        onSortChange={setSort}
        selection={selection}
        onSelectionChange={setSelection}
        selectAllLabel={t('select.all')}
        selectLabel={({ process }) => t('select.one', { name: process.name })}
        onRemove={(keys) => setAsked(rows.filter(({ key }) => keys.includes(key)))}
      />
      {asked.length > 0 && (
        <SignalDialog
          machine={machine}
          rows={asked}
          onClose={() => {
            setAsked([]);
            again();
          }}
        />
      )}
    </div>
  );
}

/** Sorted, the tree is a plain list. */
function sortRows(rows: readonly ProcessRow[], sort: Sort | null): readonly ProcessRow[] {
  if (sort === null) return rows;
  const direction = sort.direction === 'ascending' ? 1 : -1;
  return rows.toSorted((a, b) => {
    const [x, y] = [sortValue(a, sort.column), sortValue(b, sort.column)];
    const order = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y));
    return direction * order || a.process.hostPid - b.process.hostPid;
  });
}

function sortValue({ process, cores }: ProcessRow, column: string): string | number {
  switch (column) {
    case 'pid':
      return process.pid ?? 0;
    case 'hostPid':
      return process.hostPid;
    case 'user':
      return process.user;
    case 'cpu':
      return cores ?? -1;
    case 'cpuTime':
      return process.cpuMs;
    case 'memory':
      return process.memoryBytes;
    case 'threads':
      return process.threads;
    case 'state':
      return process.state;
    default:
      return process.command;
  }
}
