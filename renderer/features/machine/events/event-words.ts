import type { MachineEvent } from '../../../../backend/contract/index.ts';
import type { I18n } from '../../../i18n/index.ts';

/** What happened, in words. */
export function eventWords({ kind, exitCode, detail }: MachineEvent, { t }: I18n): string {
  switch (kind) {
    case 'ended':
      return exitCode === null ? t('events.ended') : t('events.endedWith', { exitCode });
    case 'failed':
      return t('events.failed', { detail: detail ?? '' });
    case 'signalled':
      return detail === null ? t('events.signalled') : t('events.signalledWith', { detail: signalName(detail) });
    case 'renamed':
      return detail === null ? t('events.renamed') : t('events.renamedFrom', { detail });
    case 'execStarted':
      return detail === null ? t('events.execStarted') : t('events.execStartedWith', { detail });
    case 'networkConnected':
      return detail === null ? t('events.networkConnected') : t('events.networkConnectedTo', { detail });
    case 'networkDisconnected':
      return detail === null ? t('events.networkDisconnected') : t('events.networkDisconnectedFrom', { detail });
    default:
      return t(`events.${kind}`);
  }
}

const SIGNALS: Record<string, string | undefined> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  9: 'SIGKILL',
  10: 'SIGUSR1',
  12: 'SIGUSR2',
  15: 'SIGTERM',
  18: 'SIGCONT',
  19: 'SIGSTOP',
};

/** Docker tells the number of Linux on x86 and arm. */
function signalName(detail: string): string {
  return SIGNALS[detail] ?? detail;
}
