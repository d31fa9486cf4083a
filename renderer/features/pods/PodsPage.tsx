import { Container, Plus } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Pod } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHeader } from '../shell/PageHeader.tsx';
import { PageSkeleton } from '../shell/PageSkeleton.tsx';
import { AddContainerDrawer } from './AddContainerDrawer.tsx';
import { NewPodDrawer } from './NewPodDrawer.tsx';
import { PodCard } from './PodCard.tsx';
import styles from './pods.module.css';

/** Pods with the containers in them, and what can be done with them as a whole. */
export function PodsPage() {
  const { t } = useI18n();
  const ready = useInventory((inventory) => inventory.ready);
  const all = useInventory((inventory) => inventory.pods);
  const engines = useInventory((inventory) => [...inventory.engines.values()].filter(({ facets }) => facets.includes('pods')));
  const pods = useMemo(() => [...all.values()].sort((a, b) => COLLATOR.compare(a.name, b.name) || (a.id < b.id ? -1 : 1)), [all]);
  const [making, setMaking] = useState(false);
  const [filling, setFilling] = useState<Pod | null>(null);
  if (!ready) return <PageSkeleton />;
  const make = (
    <Button variant="primary" icon={<Plus />} onClick={() => setMaking(true)}>
      {t('pods.new')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('pods.title')} note={t('pods.count', { count: pods.length })}>
        {engines.length > 0 && pods.length > 0 && make}
      </PageHeader>
      {engines.length === 0 ? (
        <EmptyState icon={<Container size={32} />} title={t('pods.unavailable')} />
      ) : pods.length === 0 ? (
        <EmptyState icon={<Container size={32} />} title={t('pods.empty')} action={make}>
          {t('pods.emptyText')}
        </EmptyState>
      ) : (
        <ul className={styles.list} aria-label={t('pods.title')}>
          {pods.map((pod) => (
            <PodCard key={pod.id} pod={pod} manyEngines={engines.length > 1} onAdd={() => setFilling(pod)} />
          ))}
        </ul>
      )}
      {making && <NewPodDrawer engines={engines} onClose={() => setMaking(false)} />}
      {filling !== null && <AddContainerDrawer key={filling.id} pod={filling} onClose={() => setFilling(null)} />}
    </>
  );
}

const COLLATOR = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
