import { type KeyboardEvent, useEffect, useState } from 'react';
import { useI18n } from '../../../i18n/index.ts';
import { Slider } from '../../../ui/Slider.tsx';
import { TextField } from '../../../ui/TextField.tsx';
import styles from './LimitsPanel.module.css';

/** How values stand on a slider. */
interface Scale {
  min: number;
  max: number;
  step: number;
  toPosition: (value: number) => number;
  toValue: (position: number) => number;
}

interface LimitFieldProps {
  label: string;
  unit: string;
  /** Null is no limit. */
  value: number | null;
  scale?: Scale;
  write: (value: number) => string;
  /** Null for what is no value in the range. */
  read: (text: string) => number | null;
  /** The range in words, said when what was written is not in it. */
  range: string;
  /** An empty field takes the limit off. */
  removable?: boolean;
  onDraft?: (value: number) => void;
  onCommit: (value: number | null) => void;
}

/** One limit: a slider where the range is known, and a field that takes any value of it. Escape takes back what is written. */
export function LimitField({ label, unit, value, scale, write, read, range, removable = false, onDraft, onCommit }: LimitFieldProps) {
  const { t } = useI18n();
  const shown = value === null ? '' : write(value);
  const [text, setText] = useState(shown);
  const [dragged, setDragged] = useState<number | null>(null);
  useEffect(() => setText(shown), [shown]);
  const written = text.trim();
  const parsed = read(text);
  const isWrong = written === '' ? !removable && shown !== '' : parsed === null;

  const commit = () => {
    if (text === shown || isWrong) return;
    if (written === '') onCommit(null);
    else if (parsed !== null) onCommit(parsed);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') commit();
    else if (event.key === 'Escape') setText(shown);
    else return;
    event.stopPropagation();
  };
  const position = dragged ?? (value === null ? scale?.max : scale?.toPosition(value));
  return (
    <div className={styles.field}>
      <span className={styles.name}>{label}</span>
      <TextField
        className={styles.input}
        label={label}
        value={text}
        placeholder={t('limits.none')}
        aria-invalid={isWrong}
        aside={unit === '' ? undefined : <span className={styles.faint}>{unit}</span>}
        onChange={(event) => setText(event.target.value)}
        onBlur={commit}
        onKeyDown={onKeyDown}
      />
      {scale !== undefined && position !== undefined && (
        <Slider
          label={t('limits.slider', { label })}
          value={position}
          min={scale.min}
          max={scale.max}
          step={scale.step}
          valueText={value === null && dragged === null ? t('limits.none') : `${write(scale.toValue(position))} ${unit}`}
          onValueChange={(next) => {
            setDragged(next);
            setText(write(scale.toValue(next)));
            onDraft?.(scale.toValue(next));
          }}
          onValueCommitted={(next) => {
            setDragged(null);
            onCommit(scale.toValue(next));
          }}
        />
      )}
      {isWrong && (
        <span className={styles.problem} role="alert">
          {range}
        </span>
      )}
    </div>
  );
}
