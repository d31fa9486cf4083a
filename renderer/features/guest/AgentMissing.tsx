import { MonitorX } from 'lucide-react';
import type { GuestAgentState, Machine } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Section } from '../../ui/Section.tsx';
import styles from './GuestTab.module.css';

/** Debian's package starts it by itself, as soon as its port is there. */
const LINES = {
  debian: 'sudo apt install qemu-guest-agent && sudo systemctl start qemu-guest-agent',
  fedora: 'sudo dnf install qemu-guest-agent && sudo systemctl enable --now qemu-guest-agent',
  alpine: 'doas apk add qemu-guest-agent && doas rc-update add qemu-guest-agent && doas rc-service qemu-guest-agent start',
  arch: 'sudo pacman -S qemu-guest-agent && sudo systemctl enable --now qemu-guest-agent',
  suse: 'sudo zypper install qemu-guest-agent && sudo systemctl start qemu-guest-agent',
} as const;

/** What is missing without an agent, and how the guest gets one. */
export function AgentMissing({ machine, state }: { machine: Machine; state: Exclude<GuestAgentState, 'ready'> }) {
  const { t } = useI18n();
  return (
    <>
      <EmptyState icon={<MonitorX size={32} />} title={t(`guest.${state}`, { name: machine.name })}>
        {t(`guest.${state}Text`)}
      </EmptyState>
      {state === 'absent' && (
        <div className={styles.narrow}>
          <Section title={t('guest.install')} text={t('guest.installText')}>
            <ul className={styles.lines}>
              {(Object.keys(LINES) as (keyof typeof LINES)[]).map((system) => (
                <li key={system}>
                  <span>{t(`guest.install.${system}`)}</span>
                  <code>{LINES[system]}</code>
                  <CopyButton
                    text={LINES[system]}
                    label={t('guest.copyLine', { system: t(`guest.install.${system}`) })}
                    doneLabel={t('common.copied')}
                  />
                </li>
              ))}
              <li>
                <span>{t('guest.install.windows')}</span>
                <p>{t('guest.install.windowsText')}</p>
              </li>
            </ul>
          </Section>
        </div>
      )}
    </>
  );
}
