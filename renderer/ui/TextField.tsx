import type { ComponentProps, ReactNode } from 'react';
import { classNames } from './class-names.ts';
import styles from './TextField.module.css';

export interface TextFieldProps extends ComponentProps<'input'> {
  /** Its accessible name. */
  label: string;
  icon?: ReactNode;
  /** Stands inside, at the end. */
  aside?: ReactNode;
}

export function TextField({ label, icon, aside, className, ...rest }: TextFieldProps) {
  return (
    <span className={classNames(styles.field, className)}>
      {icon}
      <input type="text" autoComplete="off" spellCheck={false} aria-label={label} {...rest} className={styles.input} />
      {aside}
    </span>
  );
}
