import type { ComponentProps, ReactNode } from 'react';
import styles from './Button.module.css';
import { classNames } from './class-names.ts';

export interface ButtonProps extends ComponentProps<'button'> {
  /** `primary` is the one main action of a place; `danger` loses something. */
  variant?: 'primary' | 'default' | 'quiet' | 'danger';
  size?: 'normal' | 'small';
  icon?: ReactNode;
}

export function Button({ variant = 'default', size = 'normal', icon, className, children, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} className={classNames(styles.button, styles[variant], size === 'small' && styles.small, className)}>
      {icon}
      {children}
    </button>
  );
}
