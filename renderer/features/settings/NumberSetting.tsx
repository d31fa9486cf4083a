import { useState } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { TextField } from '../../ui/TextField.tsx';
import styles from './SettingsPage.module.css';

export interface NumberSettingProps {
  label: string;
  value: number;
  least: number;
  most: number;
  onChange: (value: number) => void;
}

/** A whole number, kept on Enter and on leaving the field; what is out of range is said and not kept. */
export function NumberSetting({ label, value, least, most, onChange }: NumberSettingProps) {
  const { t } = useI18n();
  const [draft, setDraft] = useState<string | null>(null);
  const number = draft === null ? value : Number(draft);
  const valid = Number.isInteger(number) && number >= least && number <= most;
  const keep = () => {
    if (draft === null || !valid) return;
    setDraft(null);
    if (number !== value) onChange(number);
  };
  return (
    <>
      {!valid && (
        <span role="alert" className={styles.problem}>
          {t('settings.outOfRange', { least, most })}
        </span>
      )}
      <TextField
        className={styles.number}
        label={label}
        inputMode="numeric"
        aria-invalid={!valid}
        value={draft ?? String(value)}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={keep}
        onKeyDown={(event) => {
          if (event.key === 'Enter') keep();
          if (event.key === 'Escape') setDraft(null);
        }}
      />
    </>
  );
}
