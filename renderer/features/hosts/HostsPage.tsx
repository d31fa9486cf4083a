import { RefreshCw, Server } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Host } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { EngineProblem } from '../shell/EngineProblem.tsx';
import { useAvailability } from '../shell/engine-health.ts';
import { PageHeader } from '../shell/PageHeader.tsx';
import { PageSkeleton } from '../shell/PageSkeleton.tsx';
import { EngineCard } from './EngineCard.tsx';
import styles from './HostsPage.module.css';

/** The computers, and the engines that were found on each. */
export function HostsPage() {
  const { t } = useI18n();
  const { commands } = useStores();
  const ready = useInventory((inventory) => inventory.ready);
  const hosts = useInventory((inventory) => inventory.hosts);
  const containers = useAvailability('container');
  const vms = useAvailability('vm');
  const [searching, setSearching] = useState(false);
  if (!ready) return <PageSkeleton />;
  const search = async () => {
    setSearching(true);
    await commands.searchEngines();
    setSearching(false);
  };
  return (
    <>
      <PageHeader title={t('hosts.title')}>
        <Button icon={<RefreshCw />} disabled={searching} onClick={() => void search()}>
          {searching ? t('hosts.searching') : t('hosts.search')}
        </Button>
      </PageHeader>
      <div className={styles.scroller}>
        {hosts.size === 0 && <EmptyState icon={<Server size={32} />} title={t('hosts.none')} />}
        {[...hosts.values()].map((host) => (
          <HostSection key={host.id} host={host} />
        ))}
        {!containers.available && containers.problem !== null && <EngineProblem kind="container" problem={containers.problem} />}
        {!vms.available && vms.problem !== null && <EngineProblem kind="vm" problem={vms.problem} />}
      </div>
    </>
  );
}

function HostSection({ host }: { host: Host }) {
  const { t, format } = useI18n();
  const all = useInventory((inventory) => inventory.engines);
  const engines = useMemo(() => {
    const here = [...all.values()].filter((engine) => engine.hostId === host.id);
    // Containers to port, virtual machines to starboard, as everywhere.
    return here.sort((a, b) => Number(a.machineKind === 'vm') - Number(b.machineKind === 'vm') || (a.name < b.name ? -1 : 1));
  }, [all, host.id]);
  const facts: [string, string][] = [
    [t('hosts.os'), host.osName],
    [t('hosts.kernel'), host.kernelRelease],
    [t('hosts.architecture'), host.architecture],
    [t('metric.cpu'), t('hosts.cpus', { count: host.cpus })],
    [t('metric.memory'), format.bytes(host.memoryBytes)],
  ];
  return (
    <section aria-label={host.name} className={styles.host}>
      <header className={styles.head}>
        <Server size={18} />
        <h2 className={styles.name}>{host.name}</h2>
        <dl className={styles.facts}>
          {facts.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </header>
      <div className={styles.engines}>
        {engines.map((engine) => (
          <EngineCard key={engine.id} engine={engine} />
        ))}
      </div>
    </section>
  );
}
