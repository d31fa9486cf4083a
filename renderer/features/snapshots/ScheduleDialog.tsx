import { type FormEvent, useState } from 'react';
import type { Machine, SnapshotInterval, SnapshotSchedule } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { FormField } from '../../ui/FormField.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { Select } from '../../ui/Select.tsx';
import { Switch } from '../../ui/Switch.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './snapshots.module.css';
import { useSnapshotCommands } from './use-snapshots.ts';

const WEEKDAYS = ['1', '2', '3', '4', '5', '6', '0'] as const;

/** When snapshots are taken by themselves, and how many of these are kept. */
export function ScheduleDialog({
  machine,
  schedule,
  onClose,
}: {
  machine: Machine;
  schedule: SnapshotSchedule | null;
  onClose: () => void;
}) {
  const { t } = useI18n();
  const commands = useSnapshotCommands(machine);
  const every = schedule?.every;
  const [unit, setUnit] = useState<SnapshotInterval['unit'] | 'never'>(every?.unit ?? 'never');
  const [hours, setHours] = useState(String(every?.unit === 'hours' ? every.count : 6));
  const [time, setTime] = useState(formatMinute(every === undefined || every.unit === 'hours' ? 180 : every.minute));
  const [weekday, setWeekday] = useState<(typeof WEEKDAYS)[number]>(
    every?.unit === 'weekly' ? (WEEKDAYS.find((day) => day === String(every.weekday)) ?? '0') : '0',
  );
  const [keep, setKeep] = useState(String(schedule?.keep ?? 7));
  const [withMemory, setWithMemory] = useState(schedule?.withMemory ?? false);
  const interval = readInterval({ unit, hours, time, weekday });
  const kept = Number(keep);
  const isReady = unit === 'never' || (interval !== null && Number.isInteger(kept) && kept >= 1 && kept <= 100);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!isReady) return;
    const next = interval === null ? null : { every: interval, keep: kept, withMemory };
    if (await commands.setSchedule(next)) onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('snapshots.scheduleTitle', { name: machine.name })}
      description={t('snapshots.scheduleText')}
    >
      <form className={styles.form} onSubmit={(event) => void save(event)}>
        <Segments
          label={t('snapshots.every')}
          value={unit}
          options={(['never', 'hours', 'daily', 'weekly'] as const).map((value) => ({ value, label: t(`snapshots.every.${value}`) }))}
          onValueChange={setUnit}
        />
        {unit === 'hours' && (
          <FormField label={t('snapshots.hours')}>
            <TextField
              label={t('snapshots.hours')}
              type="number"
              min={1}
              max={168}
              value={hours}
              onChange={(event) => setHours(event.target.value)}
            />
          </FormField>
        )}
        {unit === 'weekly' && (
          <FormField label={t('snapshots.weekday')}>
            <Select
              label={t('snapshots.weekday')}
              value={weekday}
              options={WEEKDAYS.map((value) => ({ value, label: t(`snapshots.weekday.${value}`) }))}
              onValueChange={setWeekday}
            />
          </FormField>
        )}
        {(unit === 'daily' || unit === 'weekly') && (
          <FormField label={t('snapshots.time')}>
            <TextField label={t('snapshots.time')} type="time" value={time} onChange={(event) => setTime(event.target.value)} />
          </FormField>
        )}
        {unit !== 'never' && (
          <>
            <FormField label={t('snapshots.keepNewest')} help={t('snapshots.keepNewestHelp')}>
              <TextField
                label={t('snapshots.keepNewest')}
                type="number"
                min={1}
                max={100}
                value={keep}
                onChange={(event) => setKeep(event.target.value)}
              />
            </FormField>
            <FormField label={t('snapshots.scheduleMemory')}>
              <Switch label={t('snapshots.scheduleMemory')} checked={withMemory} onCheckedChange={setWithMemory} />
            </FormField>
          </>
        )}
        <div className={styles.footer}>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" variant="primary" disabled={!isReady}>
            {t('snapshots.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function readInterval(of: {
  unit: SnapshotInterval['unit'] | 'never';
  hours: string;
  time: string;
  weekday: string;
}): SnapshotInterval | null {
  if (of.unit === 'never') return null;
  if (of.unit === 'hours') {
    const count = Number(of.hours);
    return Number.isInteger(count) && count >= 1 && count <= 168 ? { unit: 'hours', count } : null;
  }
  const [, hour, minute] = /^(\d{2}):(\d{2})/.exec(of.time) ?? [];
  if (hour === undefined || minute === undefined) return null;
  const at = Number(hour) * 60 + Number(minute);
  return of.unit === 'daily' ? { unit: 'daily', minute: at } : { unit: 'weekly', weekday: Number(of.weekday), minute: at };
}

function formatMinute(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
