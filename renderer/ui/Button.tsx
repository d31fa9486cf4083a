import type { ComponentProps, MouseEvent, ReactNode } from 'react';
import styles from './Button.module.css';
import { classNames } from './class-names.ts';
import { Tooltip } from './Tooltip.tsx';

export interface ButtonProps extends ComponentProps<'button'> {
  /** `primary` is the one main action of a place; `danger` loses something. */
  variant?: 'primary' | 'default' | 'quiet' | 'danger';
  size?: 'normal' | 'small';
  icon?: ReactNode;
  /** Why it cannot be pressed now; null: it can. It stays within reach of the pointer and the keyboard, so that it can say so. */
  refusal?: string | null;
}

export function Button({ variant = 'default', size = 'normal', icon, refusal, className, children, ...rest }: ButtonProps) {
  // A press of Enter in a field of its form comes here too.
  const refused = refusal == null ? {} : { 'aria-disabled': true, 'aria-description': refusal, onClick: preventDefault };
  const button = (
    <button
      type="button"
      {...rest}
      {...refused}
      className={classNames(styles.button, styles[variant], size === 'small' && styles.small, className)}
    >
      {icon}
      {children}
    </button>
  );
  if (refusal === undefined) return button;
  return (
    <Tooltip content={refusal} disabled={refusal === null}>
      {button}
    </Tooltip>
  );
}

function preventDefault(event: MouseEvent): void {
  event.preventDefault();
}
