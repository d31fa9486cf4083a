import type { ComponentProps, ReactNode } from 'react';
import { classNames } from './class-names.ts';
import styles from './IconButton.module.css';
import { Tooltip } from './Tooltip.tsx';

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  /** Its name for everyone: the accessible name, and the tooltip. */
  label: string;
  /** A key to show in the tooltip. */
  shortcut?: string;
  tone?: 'default' | 'danger';
  size?: 'normal' | 'small';
  children: ReactNode;
}

export function IconButton({ label, shortcut, tone = 'default', size = 'normal', className, children, ...rest }: IconButtonProps) {
  return (
    <Tooltip content={label} shortcut={shortcut}>
      <button
        type="button"
        aria-label={label}
        {...rest}
        className={classNames(styles.button, tone === 'danger' && styles.danger, size === 'small' && styles.small, className)}
      >
        {children}
      </button>
    </Tooltip>
  );
}
