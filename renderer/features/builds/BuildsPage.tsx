import { Hammer } from 'lucide-react';
import { Link } from 'wouter';
import type { BuildSummary } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { type DotState, StateDot } from '../../ui/StateDot.tsx';
import { useNow } from '../machines/use-now.ts';
import list from '../shell/ListTable.module.css';
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

/** The builds that are remembered, newest first. */
export function BuildsPage() {
  const { t } = useI18n();
  const { value: builds } = useFollowed<BuildSummary[]>('builds', (client, signal) => client.builds.list(undefined, { signal }));
  if (builds === null) return <PageSkeleton />;
  return (
    <>
      <PageHeader title={t('builds.list')} note={t('builds.count', { count: builds.length })}>
        <BuildImages />
      </PageHeader>
      <div className={list.body}>
        {builds.length === 0 ? (
          <EmptyState icon={<Hammer size={28} />} title={t('builds.none')}>
            {t('builds.noneText')}
          </EmptyState>
        ) : (
          <BuildTable builds={builds} />
        )}
      </div>
    </>
  );
}

/** Only so many are remembered that they need no windowed list, and nothing is done to several of them at once. */
function BuildTable({ builds }: { builds: readonly BuildSummary[] }) {
  const { t, format } = useI18n();
  return (
    <div className={styles.scroll}>
      <table className={styles.table} aria-label={t('builds.list')}>
        <thead>
          <tr>
            <th>{t('column.name')}</th>
            <th>{t('builds.column.result')}</th>
            <th>{t('builds.folder')}</th>
            <th className={styles.end}>{t('builds.column.cached')}</th>
            <th className={styles.end}>{t('builds.column.took')}</th>
            <th className={styles.end}>{t('builds.column.started')}</th>
          </tr>
        </thead>
        <tbody>
          {builds.map((build) => (
            <tr key={build.id}>
              <td>
                <Link href={buildUrl(build.id)} className={styles.name}>
                  {build.tags[0] ?? build.source.name}
                </Link>
              </td>
              <td>
                <span className={styles.result}>
                  <StateDot state={DOTS[build.state]} />
                  {t(`builds.state.${build.state}`)}
                </span>
              </td>
              <td className={styles.folder} title={build.source.path ?? build.source.name}>
                {build.source.path ?? build.source.name}
              </td>
              <td className={styles.end}>
                {build.steps === 0 ? '–' : t('builds.cachedShort', { cached: build.cached, total: build.steps })}
              </td>
              <td className={styles.end}>
                {build.endedAtMs === null ? (
                  <Running startedAtMs={build.startedAtMs} />
                ) : (
                  format.timing(build.endedAtMs - build.startedAtMs)
                )}
              </td>
              <td className={styles.end}>{format.timeOfDay(build.startedAtMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Running({ startedAtMs }: { startedAtMs: number }) {
  const { format } = useI18n();
  const now = useNow(1000);
  return format.timing(Math.max(0, now - startedAtMs));
}
