import { type FormEvent, useState } from 'react';
import type { LogRange } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './LogPanel.module.css';

const LASTS = { minutes15: 15 * 60_000, hour: 3_600_000, day: 86_400_000 } as const;
type Choice = 'all' | keyof typeof LASTS | 'custom';

interface RangeFieldProps {
  range: LogRange;
  onRangeChange: (range: LogRange) => void;
}

/** From when to when; the engine is asked for just that. */
export function RangeField({ range, onRangeChange }: RangeFieldProps) {
  const { t } = useI18n();
  const [choice, setChoice] = useState<Choice>('all');
  const [asking, setAsking] = useState(false);
  const choose = (next: Choice) => {
    if (next === 'custom') return setAsking(true);
    setChoice(next);
    onRangeChange({ sinceMs: next === 'all' ? null : Date.now() - LASTS[next], untilMs: null });
  };
  return (
    <>
      <Select<Choice>
        label={t('logs.range')}
        value={choice}
        options={(['all', 'minutes15', 'hour', 'day', 'custom'] as const).map((value) => ({ value, label: t(`logs.range.${value}`) }))}
        onValueChange={choose}
      />
      {asking && (
        <RangeDialog
          range={range}
          onClose={() => setAsking(false)}
          onChoose={(chosen) => {
            setAsking(false);
            setChoice('custom');
            onRangeChange(chosen);
          }}
        />
      )}
    </>
  );
}

function RangeDialog({ range, onClose, onChoose }: { range: LogRange; onClose: () => void; onChoose: (range: LogRange) => void }) {
  const { t } = useI18n();
  const [since, setSince] = useState(() => localTime(range.sinceMs ?? Date.now() - LASTS.hour));
  const [until, setUntil] = useState(() => localTime(range.untilMs));
  const sinceMs = timeOf(since);
  // A second is meant to its end.
  const untilMs = until === '' ? null : (timeOf(until) ?? 0) + 999;
  const reversed = sinceMs !== null && untilMs !== null && untilMs < sinceMs;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!reversed) onChoose({ sinceMs, untilMs });
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('logs.range')} description={t('logs.rangeHelp')}>
      <form className={styles.range} onSubmit={submit}>
        <TimeField label={t('logs.range.since')} value={since} onChange={setSince} />
        <TimeField label={t('logs.range.until')} value={until} onChange={setUntil} />
        {reversed && (
          <p role="alert" className={styles.invalid}>
            {t('logs.range.reversed')}
          </p>
        )}
        <div className={styles.rangeButtons}>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" variant="primary" disabled={reversed}>
            {t('logs.range.show')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function TimeField({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <div className={styles.rangeField}>
      <span aria-hidden="true">{label}</span>
      <TextField label={label} type="datetime-local" step={1} value={value} onChange={(event) => onChange(event.target.value)} />
    </div>
  );
}

/** As `datetime-local` writes it, in the person's own time zone; empty for null. */
function localTime(ms: number | null): string {
  if (ms === null) return '';
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}

function timeOf(text: string): number | null {
  const ms = new Date(text).getTime();
  return Number.isNaN(ms) ? null : ms;
}
