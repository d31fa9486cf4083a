import { useRef } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { useInventory } from '../../stores/index.ts';
import { PageHeader } from '../shell/PageHeader.tsx';
import { PageSkeleton } from '../shell/PageSkeleton.tsx';
import { FirstRun } from './FirstRun.tsx';
import { HostStrip } from './HostStrip.tsx';
import { Hulls } from './Hulls.tsx';
import styles from './OverviewPage.module.css';
import { RunBar } from './RunBar.tsx';

/** What runs, what it costs, what is wrong: the host's water line, and the two hulls on it. */
export function OverviewPage() {
  const { t } = useI18n();
  const scroller = useRef<HTMLDivElement>(null);
  const ready = useInventory((inventory) => inventory.ready);
  const hosts = useInventory((inventory) => inventory.hosts);
  const empty = useInventory((inventory) => inventory.machines.size === 0);
  if (!ready) return <PageSkeleton />;
  return (
    <>
      <PageHeader title={t('overview.title')}>{!empty && <RunBar />}</PageHeader>
      <div ref={scroller} className={styles.scroller}>
        {[...hosts.values()].map((host) => (
          <HostStrip key={host.id} host={host} />
        ))}
        {empty ? <FirstRun /> : <Hulls scroller={scroller} />}
      </div>
    </>
  );
}
