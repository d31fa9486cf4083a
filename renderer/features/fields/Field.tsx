import type { ReactNode } from 'react';
import type { Problem } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { classNames } from '../../ui/class-names.ts';
import { TextField, type TextFieldProps } from '../../ui/TextField.tsx';
import { useFieldWords } from './field-words.ts';
import styles from './fields.module.css';

export interface FieldProps {
  label: string;
  /** Its name among the form's, by which the form has words for it. */
  field?: string;
  wide?: boolean;
  help?: ReactNode;
  /** Why something cannot be chosen here. */
  reasons?: readonly (Problem | null)[];
}

/** A field's name and note above it, and below it what is wrong or helps to answer. */
export function Field({ label, field = '', wide = false, help, reasons = [], children }: FieldProps & { children: ReactNode }) {
  const { problem } = useI18n();
  return (
    <div className={classNames(styles.field, wide && styles.wide)}>
      <div className={styles.head}>
        <span className={styles.label} aria-hidden="true">
          {label}
        </span>
        <Note field={field} />
      </div>
      {children}
      <Issue field={field} />
      {help !== undefined && <p className={styles.help}>{help}</p>}
      {reasons
        .filter((reason) => reason !== null)
        .map((reason) => (
          <p key={`${reason.reason} ${JSON.stringify(reason.params)}`} className={styles.help}>
            {problem(reason)}
          </p>
        ))}
    </div>
  );
}

export function Note({ field }: { field: string }) {
  const note = useFieldWords().note(field);
  return note === null ? null : <span className={styles.note}>{note}</span>;
}

export function Issue({ field }: { field: string }) {
  const issue = useFieldWords().issue(field);
  if (issue === null) return null;
  return (
    <p role="alert" className={styles.issue}>
      {issue}
    </p>
  );
}

/** A field that is a line of text. */
export function FieldText(
  props: FieldProps & { value: string; onText: (text: string) => void } & Pick<TextFieldProps, 'placeholder' | 'list' | 'inputMode'>,
) {
  const { label, field = '', wide = false, help, reasons = [], value, onText, ...rest } = props;
  const { issue } = useFieldWords();
  return (
    <Field label={label} field={field} wide={wide} help={help} reasons={reasons}>
      <TextField
        label={label}
        value={value}
        aria-invalid={issue(field) !== null}
        onChange={(event) => onText(event.target.value)}
        {...rest}
      />
    </Field>
  );
}
