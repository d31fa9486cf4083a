import { Slider as Base } from '@base-ui/react/slider';
import styles from './Slider.module.css';

export interface SliderProps {
  /** Its accessible name. */
  label: string;
  value: number;
  min: number;
  max: number;
  step?: number;
  /** The value in words, for those who do not see the thumb. */
  valueText: string;
  disabled?: boolean;
  onValueChange: (value: number) => void;
  /** The thumb was let go, or a key moved it. */
  onValueCommitted: (value: number) => void;
}

export function Slider({ label, value, min, max, step = 1, valueText, disabled = false, onValueChange, onValueCommitted }: SliderProps) {
  return (
    <Base.Root
      className={styles.root}
      value={value}
      min={min}
      max={max}
      step={step}
      disabled={disabled}
      onValueChange={(next) => onValueChange(next)}
      onValueCommitted={(next) => onValueCommitted(next)}
    >
      <Base.Control className={styles.control}>
        <Base.Track className={styles.track}>
          <Base.Indicator className={styles.indicator} />
          <Base.Thumb className={styles.thumb} aria-label={label} getAriaValueText={() => valueText} />
        </Base.Track>
      </Base.Control>
    </Base.Root>
  );
}
