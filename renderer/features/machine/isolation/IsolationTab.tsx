import { ShieldHalf } from 'lucide-react';
import type { Isolation, Machine } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { Sections } from '../../../ui/Section.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { CapabilitiesSection } from './CapabilitiesSection.tsx';
import { CgroupsSection } from './CgroupsSection.tsx';
import { GuestSection } from './GuestSection.tsx';
import styles from './IsolationTab.module.css';
import { MountsSection, RootSection } from './MountsSection.tsx';
import { NamespacesSection } from './NamespacesSection.tsx';
import { ChainSection, ProcessesSection } from './ProcessesSection.tsx';
import { OomSection, SecuritySection, UsersSection } from './SecuritySection.tsx';
import { isUp, useIsolation } from './use-isolation.ts';

/** How the machine is kept apart from the host and from others: the same questions asked of both hulls. */
export function IsolationTab({ machine }: { machine: Machine }) {
  const { t, format, problem } = useI18n();
  const reading = useIsolation(machine);
  if (!isUp(machine.state)) {
    return (
      <EmptyState icon={<ShieldHalf size={32} />} title={t('isolation.stopped', { name: machine.name })}>
        {t('isolation.stoppedText')}
      </EmptyState>
    );
  }
  if (reading.problem !== null) return <EmptyState icon={<ShieldHalf size={32} />} title={problem(reading.problem)} />;
  const { value: isolation } = reading;
  return (
    <section className={styles.tab} aria-label={t('isolation.label', { name: machine.name })} aria-busy={isolation === null}>
      <div className={styles.summary}>
        <p>{t(`isolation.summary.${machine.kind}`)}</p>
        {isolation !== null && <p className={styles.faint}>{t('isolation.readAt', { time: format.timeOfDay(isolation.readAtMs) })}</p>}
      </div>
      {isolation === null ? <Loading /> : <Parts isolation={isolation} />}
    </section>
  );
}

function Parts({ isolation }: { isolation: Isolation }) {
  const { kind, chain, namespaces, cgroups, capabilities, security, oom } = isolation;
  return (
    <Sections>
      {kind === 'vm' && <GuestSection guest={isolation.guest} />}
      <ChainSection kind={kind} chain={chain} />
      <NamespacesSection kind={kind} namespaces={namespaces} />
      <CgroupsSection kind={kind} cgroups={cgroups} />
      <CapabilitiesSection capabilities={capabilities} />
      <SecuritySection kind={kind} security={security} />
      {kind === 'container' && <UsersSection users={isolation.users} />}
      {kind === 'container' && <RootSection root={isolation.root} />}
      {kind === 'container' && <MountsSection mounts={isolation.mounts} />}
      {kind === 'container' && <ProcessesSection processes={isolation.processes} />}
      <OomSection oom={oom} />
    </Sections>
  );
}

function Loading() {
  return (
    <div className={styles.loading}>
      {['40%', '64%', '52%', '30%', '58%', '46%'].map((width) => (
        <Skeleton key={width} width={width} height="14px" />
      ))}
    </div>
  );
}
