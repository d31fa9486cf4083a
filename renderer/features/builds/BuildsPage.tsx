import { Hammer } from 'lucide-react';
import { useMemo } from 'react';
import { Link, useLocation } from 'wouter';
import type { BuildSummary } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useSettings } from '../../stores/index.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { type DotState, StateDot } from '../../ui/StateDot.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import machines from '../machines/MachinesPage.module.css';
import { useNow } from '../machines/use-now.ts';
import { PageHeader } from '../shell/PageHeader.tsx';
import { PageSkeleton } from '../shell/PageSkeleton.tsx';
import { BuildImages } from './BuildImages.tsx';
import styles from './BuildsPage.module.css';
import { buildUrl } from './build-url.ts';
import { useFollowed } from './use-followed.ts';

const DOTS: Record<BuildSummary['state'], DotState> = {
  preparing: 'creating',
  running: 'starting',
  done: 'running',
  failed: 'failed',
  cancelled: 'stopped',
};
const NONE: ReadonlySet<string> = new Set();
const keyOf = ({ id }: BuildSummary) => id;

/** The builds that are remembered, newest first. */
export function BuildsPage() {
  const { t } = useI18n();
  const { density } = useSettings();
  const [, navigate] = useLocation();
  const columns = useColumns();
  const { value: builds } = useFollowed<BuildSummary[]>('builds', (client, signal) => client.builds.list(undefined, { signal }));
  if (builds === null) return <PageSkeleton />;
  return (
    <>
      <PageHeader title={t('builds.list')} note={t('builds.count', { count: builds.length })}>
        <BuildImages />
      </PageHeader>
      <div className={machines.body}>
        {builds.length === 0 ? (
          <EmptyState icon={<Hammer size={28} />} title={t('builds.none')}>
            {t('builds.noneText')}
          </EmptyState>
        ) : (
          <Table
            label={t('builds.list')}
            columns={columns}
            rows={builds}
            rowKey={keyOf}
            rowHeight={density === 'compact' ? 28 : 36}
            selection={NONE}
            onSelectionChange={() => {}}
            selectAllLabel={t('select.all')}
            selectLabel={(build) => t('select.one', { name: nameOf(build) })}
            onOpen={(build) => navigate(buildUrl(build.id))}
          />
        )}
      </div>
    </>
  );
}

function nameOf({ tags, source }: BuildSummary): string {
  return tags[0] ?? source.name;
}

function useColumns(): Column<BuildSummary>[] {
  const { t, format } = useI18n();
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('column.name'),
        track: 'minmax(180px, 2fr)',
        cell: (build) => (
          <Link href={buildUrl(build.id)} className={styles.name}>
            {nameOf(build)}
          </Link>
        ),
      },
      {
        id: 'result',
        header: t('builds.column.result'),
        track: 'minmax(110px, 1fr)',
        cell: (build) => (
          <span className={styles.result}>
            <StateDot state={DOTS[build.state]} />
            {t(`builds.state.${build.state}`)}
          </span>
        ),
      },
      { id: 'folder', header: t('builds.folder'), track: 'minmax(160px, 2fr)', cell: ({ source }) => source.path ?? source.name },
      {
        id: 'cached',
        header: t('builds.column.cached'),
        track: '96px',
        align: 'end',
        cell: ({ cached, steps }) => (steps === 0 ? '–' : t('builds.cachedShort', { cached, total: steps })),
      },
      { id: 'took', header: t('builds.column.took'), track: '88px', align: 'end', cell: (build) => <Took build={build} /> },
      {
        id: 'started',
        header: t('builds.column.started'),
        track: 'minmax(130px, 1fr)',
        align: 'end',
        cell: ({ startedAtMs }) => format.timeOfDay(startedAtMs),
      },
    ],
    [t, format],
  );
}

function Took({ build }: { build: BuildSummary }) {
  const { format } = useI18n();
  return build.endedAtMs === null ? (
    <Running startedAtMs={build.startedAtMs} />
  ) : (
    <span>{format.timing(build.endedAtMs - build.startedAtMs)}</span>
  );
}

function Running({ startedAtMs }: { startedAtMs: number }) {
  const { format } = useI18n();
  const now = useNow(1000);
  return <span>{format.timing(Math.max(0, now - startedAtMs))}</span>;
}
