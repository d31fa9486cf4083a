import { MonitorCog, Power } from 'lucide-react';
import { type GuestAbility, type GuestReport, guestAbility, type Machine } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Section, Sections } from '../../ui/Section.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { Tooltip } from '../../ui/Tooltip.tsx';
import { StartButton } from '../machines/StartButton.tsx';
import { AccountsSection } from './AccountsSection.tsx';
import { AgentMissing } from './AgentMissing.tsx';
import { CommandSection } from './CommandSection.tsx';
import { FilesystemsSection } from './FilesystemsSection.tsx';
import styles from './GuestTab.module.css';
import { InterfacesSection } from './InterfacesSection.tsx';
import { SystemSection } from './SystemSection.tsx';
import { useGuest } from './use-guest.ts';

/** What the machine tells of itself, and what can be done inside it, by an agent that runs in it. */
export function GuestTab({ machine }: { machine: Machine }) {
  const { t, problem } = useI18n();
  const reading = useGuest(machine);
  const icon = <MonitorCog size={32} />;
  if (machine.state !== 'running') {
    return (
      <EmptyState icon={icon} title={t('guest.stopped', { name: machine.name })} action={<StartButton machine={machine} />}>
        {t('guest.stoppedText')}
      </EmptyState>
    );
  }
  if (reading.problem !== null) return <EmptyState icon={icon} title={problem(reading.problem)} />;
  const { value: report } = reading;
  return (
    <section className={styles.tab} aria-label={t('guest.label', { name: machine.name })} aria-busy={report === null}>
      {report === null && <Loading />}
      {report !== null && report.state !== 'ready' && <AgentMissing machine={machine} state={report.state} />}
      {report?.state === 'ready' && <Told machine={machine} report={report} onChanged={reading.again} />}
    </section>
  );
}

function Told({ machine, report, onChanged }: { machine: Machine; report: GuestReport; onChanged: () => void }) {
  const { t, format } = useI18n();
  const can = (ability: GuestAbility) => report.abilities.includes(ability);
  const missing = report.source === 'qemuAgent' ? guestAbility.options.filter((ability) => !can(ability)) : [];
  return (
    <>
      <div className={styles.summary}>
        <p>{t(report.source === 'init' ? 'guest.agent.init' : 'guest.agent.qemu', { name: machine.name })}</p>
        <p className={styles.faint}>
          {[
            report.version === null ? null : t('guest.agent', { version: report.version }),
            t('guest.readAt', { time: format.timeOfDay(report.readAtMs) }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
        {report.source === 'qemuAgent' && can('shutdown') && <Reboot machine={machine} />}
      </div>
      <Sections>
        <SystemSection report={report} />
        <FilesystemsSection machine={machine} report={report} canTrim={can('trim')} onTrimmed={onChanged} />
        <InterfacesSection interfaces={report.interfaces} />
        {can('exec') && <CommandSection machine={machine} report={report} />}
        {(can('password') || can('sshKeys')) && (
          <AccountsSection machine={machine} canSetPassword={can('password')} canAddKeys={can('sshKeys')} />
        )}
        {missing.length > 0 && (
          <Section title={t('guest.cannot')} text={t('guest.cannotText')}>
            <ul className={styles.list}>
              {missing.map((ability) => (
                <li key={ability}>{t(`guest.ability.${ability}`)}</li>
              ))}
            </ul>
          </Section>
        )}
      </Sections>
    </>
  );
}

function Reboot({ machine }: { machine: Machine }) {
  const { t } = useI18n();
  const { connection, notices } = useStores();
  const reboot = () => {
    connection.client.guest.reboot({ id: machine.id }).catch((error: unknown) => notices.tell(connection.problemOf(error), machine.name));
  };
  return (
    <Tooltip content={t('guest.rebootHelp')}>
      <Button size="small" icon={<Power />} onClick={reboot}>
        {t('guest.reboot')}
      </Button>
    </Tooltip>
  );
}

function Loading() {
  return (
    <div className={styles.loading}>
      {['40%', '64%', '52%', '30%', '58%'].map((width) => (
        <Skeleton key={width} width={width} height="14px" />
      ))}
    </div>
  );
}
