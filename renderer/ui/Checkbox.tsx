import { Checkbox as Base } from '@base-ui/react/checkbox';
import { Check, Minus } from 'lucide-react';
import styles from './Checkbox.module.css';

export interface CheckboxProps {
  label: string;
  checked: boolean;
  indeterminate?: boolean;
  onCheckedChange: (checked: boolean, event: Event) => void;
  /** -1 in a list that is one tab stop; Base UI’s own would be lost by passing none on. */
  tabIndex?: number;
}

export function Checkbox({ label, checked, indeterminate = false, onCheckedChange, tabIndex = 0 }: CheckboxProps) {
  return (
    <Base.Root
      className={styles.root}
      aria-label={label}
      checked={checked}
      indeterminate={indeterminate}
      tabIndex={tabIndex}
      onCheckedChange={(next, details) => onCheckedChange(next, details.event)}
    >
      <Base.Indicator className={styles.indicator}>{indeterminate ? <Minus /> : <Check />}</Base.Indicator>
    </Base.Root>
  );
}
