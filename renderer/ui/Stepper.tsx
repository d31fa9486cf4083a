import { Minus, Plus } from 'lucide-react';
import { IconButton } from './IconButton.tsx';
import styles from './Stepper.module.css';

export interface StepperProps {
  /** Its accessible name; the buttons have their own. */
  label: string;
  fewerLabel: string;
  moreLabel: string;
  value: number;
  least: number;
  most: number;
  /** Which of the two can be used now. */
  canDecrease?: boolean;
  canIncrease?: boolean;
  onValueChange: (value: number) => void;
}

/** A small number between two buttons; arrow keys on the number do the same. */
export function Stepper(props: StepperProps) {
  const { value, least, most, canDecrease = true, canIncrease = true, onValueChange } = props;
  const fewer = canDecrease && value > least;
  const more = canIncrease && value < most;
  return (
    <span className={styles.stepper}>
      <IconButton label={props.fewerLabel} size="small" disabled={!fewer} onClick={() => onValueChange(value - 1)}>
        <Minus />
      </IconButton>
      <span
        role="spinbutton"
        tabIndex={0}
        aria-label={props.label}
        aria-valuenow={value}
        aria-valuemin={least}
        aria-valuemax={most}
        className={styles.value}
        onKeyDown={(event) => {
          if (event.key === 'ArrowUp' && more) onValueChange(value + 1);
          else if (event.key === 'ArrowDown' && fewer) onValueChange(value - 1);
          else return;
          event.preventDefault();
        }}
      >
        {value}
      </span>
      <IconButton label={props.moreLabel} size="small" disabled={!more} onClick={() => onValueChange(value + 1)}>
        <Plus />
      </IconButton>
    </span>
  );
}
