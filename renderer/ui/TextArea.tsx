import type { ComponentProps } from 'react';
import { classNames } from './class-names.ts';
import styles from './TextArea.module.css';

export interface TextAreaProps extends ComponentProps<'textarea'> {
  /** Its accessible name. */
  label: string;
}

/** Several lines of plain text, in monospace. */
export function TextArea({ label, className, ...rest }: TextAreaProps) {
  return <textarea aria-label={label} spellCheck={false} autoComplete="off" {...rest} className={classNames(styles.area, className)} />;
}
