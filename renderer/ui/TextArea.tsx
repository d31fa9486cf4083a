import type { ComponentProps } from 'react';
import { classNames } from './class-names.ts';
import styles from './TextArea.module.css';

export interface TextAreaProps extends ComponentProps<'textarea'> {
  /** Its accessible name. */
  label: string;
  /** For words instead of code: in the font of the page, and with its spelling looked at. */
  prose?: boolean;
}

/** Several lines of plain text, in monospace unless they are prose. */
export function TextArea({ label, prose = false, className, ...rest }: TextAreaProps) {
  const classes = classNames(styles.area, prose && styles.prose, className);
  return <textarea aria-label={label} spellCheck={prose} autoComplete="off" {...rest} className={classes} />;
}
