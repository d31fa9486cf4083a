import { Select as Base } from '@base-ui/react/select';
import { Check, ChevronsUpDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import popup from './popup.module.css';
import styles from './Select.module.css';

export interface SelectOption<Value extends string> {
  value: Value;
  label: string;
  hint?: string;
  /** Shown, and not to be taken. */
  disabled?: boolean;
}

export interface SelectProps<Value extends string> {
  /** Its accessible name. */
  label: string;
  value: Value | null;
  options: readonly SelectOption<Value>[];
  onValueChange: (value: Value) => void;
  placeholder?: string;
  icon?: ReactNode;
  disabled?: boolean;
  className?: string | undefined;
}

export function Select<Value extends string>(props: SelectProps<Value>) {
  return (
    <Base.Root<Value>
      items={props.options}
      value={props.value}
      onValueChange={(value) => value !== null && props.onValueChange(value)}
      disabled={props.disabled ?? false}
      modal={false}
    >
      <Base.Trigger className={classNames(styles.trigger, props.className)} aria-label={props.label}>
        {props.icon}
        <Base.Value className={styles.value} placeholder={props.placeholder} />
        <Base.Icon className={styles.icon}>
          <ChevronsUpDown />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner className={popup.positioner} sideOffset={4} alignItemWithTrigger={false}>
          <Base.Popup className={popup.popup}>
            <Base.List>
              {props.options.map((option) => (
                <Base.Item key={option.value} value={option.value} disabled={option.disabled ?? false} className={popup.item}>
                  <span className={popup.check}>
                    <Base.ItemIndicator>
                      <Check />
                    </Base.ItemIndicator>
                  </span>
                  <Base.ItemText className={popup.label}>{option.label}</Base.ItemText>
                  {option.hint !== undefined && <span className={popup.hint}>{option.hint}</span>}
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
