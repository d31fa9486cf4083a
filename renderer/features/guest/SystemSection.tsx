import type { GuestReport } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Facts } from '../../ui/Facts.tsx';
import { Section } from '../../ui/Section.tsx';

export function SystemSection({ report }: { report: GuestReport }) {
  const { t, format } = useI18n();
  const { system, hostName, timeZone, cpus, users } = report;
  const rows: [string, string | null][] = [
    [t('guest.system.name'), system?.name ?? null],
    [t('guest.system.kernel'), system?.kernelRelease ?? null],
    [t('guest.system.architecture'), system?.architecture ?? null],
    [t('guest.system.hostName'), hostName],
    [t('guest.system.cpus'), cpus === null ? null : t('guest.system.cpusOf', cpus)],
  ];
  const signedIn = users.map(({ name, loginMs }) => t('guest.system.userSince', { name, time: format.dateTime(loginMs) }));
  // A workload has neither of its own.
  if (report.source === 'qemuAgent') {
    const zone = timeZone === null ? null : [timeZone.name, offsetText(timeZone.offsetMinutes)].filter(Boolean).join(', ');
    rows.push([t('guest.system.timeZone'), zone], [t('guest.system.users'), format.list(signedIn) || t('guest.system.nobody')]);
  }
  return (
    <Section title={t('guest.system')}>
      <Facts rows={rows.map(([label, value]) => ({ label, value: value ?? t('common.notKnown') }))} />
    </Section>
  );
}

/** `UTC+09:00` */
function offsetText(minutes: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? '−' : '+'}${two(size / 60)}:${two(size % 60)}`;
}
