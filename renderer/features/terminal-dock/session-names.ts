import type { Machine, TerminalSession } from '../../../backend/contract/index.ts';
import type { Translate } from '../../i18n/index.ts';

/** Sessions of one machine in the order in which they were opened. */
export function sessionsOf(sessions: Iterable<TerminalSession>, machineId: Machine['id']): TerminalSession[] {
  return [...sessions].filter((session) => session.machineId === machineId).sort((a, b) => a.startedAtMs - b.startedAtMs);
}

/** `shell 2`, where there are several of a kind; `console`, of which there is one. */
export function sessionName(t: Translate, session: TerminalSession, all: readonly TerminalSession[]): string {
  const kind = t(`terminal.kind.${session.kind}`);
  if (session.kind !== 'shell') return kind;
  const number = all.filter((other) => other.kind === 'shell').findIndex((other) => other.id === session.id) + 1;
  return t('terminal.session', { kind, number: String(number) });
}

export function terminalLabel(t: Translate, session: TerminalSession, machineName: string): string {
  return t('terminal.label', { name: machineName, kind: t(`terminal.kind.${session.kind}`) });
}
