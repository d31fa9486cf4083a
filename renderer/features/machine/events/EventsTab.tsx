import { History } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Machine, MachineEvent, MachineEventKind } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { CopyButton } from '../../../ui/CopyButton.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { Segments } from '../../../ui/Segments.tsx';
import styles from './EventsTab.module.css';
import { eventWords } from './event-words.ts';
import { HealthPanel } from './HealthPanel.tsx';
import { useMachineEvents } from './use-machine-events.ts';

type Tone = 'running' | 'stopped' | 'failed' | 'paused' | 'plain';

const TONES: Partial<Record<MachineEventKind, Tone>> = {
  started: 'running',
  ready: 'running',
  resumed: 'running',
  healthy: 'running',
  ended: 'stopped',
  paused: 'paused',
  failed: 'failed',
  outOfMemory: 'failed',
  unhealthy: 'failed',
};

/** What happened to the machine, the newest on top, and what its health check said. */
export function EventsTab({ machine }: { machine: Machine }) {
  const i18n = useI18n();
  const { t, format } = i18n;
  const events = useMachineEvents(machine);
  const [shown, setShown] = useState<'all' | 'noCommands'>('all');
  const rows = useMemo(() => (events ?? []).filter(({ kind }) => shown === 'all' || kind !== 'execStarted').toReversed(), [events, shown]);
  const text = () => rows.map((event) => `${new Date(event.timeMs).toISOString()} ${eventWords(event, i18n)}`).join('\n');
  return (
    <div className={styles.tab}>
      <HealthPanel machine={machine} />
      <div className={styles.bar}>
        <Segments
          label={t('events.filter')}
          value={shown}
          options={(['all', 'noCommands'] as const).map((value) => ({ value, label: t(`events.filter.${value}`) }))}
          onValueChange={setShown}
        />
        <span className={styles.faint}>{events === null ? t('events.reading') : t('events.kept')}</span>
        <CopyButton text={text} label={t('events.copy')} doneLabel={t('common.copied')} />
      </div>
      {events !== null && rows.length === 0 ? (
        <EmptyState icon={<History size={32} />} title={t('events.none')} />
      ) : (
        <ol className={styles.events} aria-label={t('events.label', { name: machine.name })} aria-busy={events === null}>
          {rows.map((event) => (
            <li key={`${event.timeMs} ${event.kind} ${event.detail}`} className={styles.event} data-tone={toneOf(event)}>
              <time dateTime={new Date(event.timeMs).toISOString()} title={format.dateTime(event.timeMs)}>
                {timeWords(event.timeMs, format)}
              </time>
              <span className={styles.mark} aria-hidden="true" />
              <span className={styles.words}>{eventWords(event, i18n)}</span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function toneOf({ kind, exitCode }: MachineEvent): Tone {
  return kind === 'ended' && exitCode !== null && exitCode !== 0 ? 'failed' : (TONES[kind] ?? 'plain');
}

/** Today's without the date. */
function timeWords(timeMs: number, format: { timeOfDay(ms: number): string; dateTime(ms: number): string }): string {
  const isToday = new Date(timeMs).toDateString() === new Date().toDateString();
  return isToday ? format.timeOfDay(timeMs) : format.dateTime(timeMs);
}
