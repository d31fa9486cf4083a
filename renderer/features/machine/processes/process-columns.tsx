import { Zap } from 'lucide-react';
import { type CSSProperties, useMemo, useRef } from 'react';
import { useI18n } from '../../../i18n/index.ts';
import { CopyButton } from '../../../ui/CopyButton.tsx';
import { IconButton } from '../../../ui/IconButton.tsx';
import type { Column } from '../../../ui/Table.tsx';
import styles from './ProcessesTab.module.css';
import type { ProcessRow } from './process-tree.ts';

/** @param of.onHost whether its processes are the host's too, under other numbers */
export function useProcessColumns(of: { isTree: boolean; onHost: boolean; onSignal: (row: ProcessRow) => void }): Column<ProcessRow>[] {
  const { t, tDynamic, format } = useI18n();
  const onSignal = useRef(of.onSignal);
  onSignal.current = of.onSignal;
  const { isTree, onHost } = of;
  const columns = useMemo<Column<ProcessRow>[]>(
    () => [
      {
        id: 'command',
        header: t('processes.command'),
        track: 'minmax(220px, 3fr)',
        sortable: true,
        cell: ({ process, depth }) => (
          <span
            className={styles.command}
            style={{ '--depth': isTree ? Math.min(depth, 12) : 0 } as CSSProperties}
            data-child={isTree && depth > 0}
            title={process.command}
          >
            {process.command}
          </span>
        ),
      },
      {
        id: 'pid',
        header: t('processes.pid'),
        track: '72px',
        align: 'end',
        sortable: true,
        cell: ({ process }) => process.pid ?? t('common.notKnown'),
      },
      {
        id: 'hostPid',
        header: t('processes.hostPid'),
        track: '84px',
        align: 'end',
        sortable: true,
        cell: ({ process }) => process.hostPid,
      },
      { id: 'user', header: t('processes.user'), track: '72px', sortable: true, cell: ({ process }) => process.user },
      {
        id: 'cpu',
        header: t('processes.cpu'),
        track: '64px',
        align: 'end',
        sortable: true,
        cell: ({ cores }) => format.cores(cores),
      },
      {
        id: 'cpuTime',
        header: t('processes.cpuTime'),
        track: '80px',
        align: 'end',
        sortable: true,
        cell: ({ process }) => format.timing(process.cpuMs),
      },
      {
        id: 'memory',
        header: t('processes.memory'),
        track: '80px',
        align: 'end',
        sortable: true,
        cell: ({ process }) => format.bytes(process.memoryBytes),
      },
      {
        id: 'threads',
        header: t('processes.threads'),
        track: '72px',
        align: 'end',
        sortable: true,
        cell: ({ process }) => format.integer(process.threads),
      },
      {
        id: 'state',
        header: t('processes.state'),
        track: 'minmax(84px, 120px)',
        sortable: true,
        cell: ({ process }) => <span title={process.state}>{tDynamic('processes.state', process.state)}</span>,
      },
      {
        id: 'actions',
        header: t('column.actions'),
        headerHidden: true,
        track: '68px',
        align: 'end',
        cell: (row) => (
          <span className={styles.actions}>
            <CopyButton text={row.process.command} label={t('processes.copy', { name: row.process.name })} doneLabel={t('common.copied')} />
            <IconButton
              label={t('processes.signal', { name: row.process.name })}
              size="small"
              tone="danger"
              onClick={() => onSignal.current(row)}
            >
              <Zap />
            </IconButton>
          </span>
        ),
      },
    ],
    [t, tDynamic, format, isTree],
  );
  return useMemo(() => (onHost ? columns : columns.filter(({ id }) => id !== 'hostPid')), [columns, onHost]);
}
