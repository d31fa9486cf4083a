import { Link } from 'wouter';
import type { Machine, Problem } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { machineUrl } from '../machine/machine-url.ts';

/** To where it says how a guest gets an agent, if it is one that a call failed for. */
export function GuestLink({ machine, problem }: { machine: Machine; problem: Problem }) {
  const { t } = useI18n();
  return problem.reason === 'guestAgentSilent' ? <Link href={machineUrl(machine.id, 'guest')}>{t('machine.tab.guest')}</Link> : null;
}
