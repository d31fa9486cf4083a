import { Plus, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Problem } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from '../fields/fields.module.css';
import type { VmDraft } from './draft.ts';
import { useVmForm } from './form-context.ts';

/** A field's name above it, and below it what is wrong, or why something cannot be chosen here. */
export function VmField(props: {
  label: string;
  field: string;
  wide?: boolean;
  reasons?: readonly (Problem | null)[];
  children: ReactNode;
}) {
  const { problem } = useI18n();
  return (
    <div className={classNames(styles.field, props.wide === true && styles.wide)}>
      <span className={styles.label} aria-hidden="true">
        {props.label}
      </span>
      {props.children}
      <Issue field={props.field} />
      {props.reasons
        ?.filter((reason) => reason !== null)
        .map((reason) => (
          <p key={reason.reason} className={styles.help}>
            {problem(reason)}
          </p>
        ))}
    </div>
  );
}

export function Issue({ field }: { field: string }) {
  const { t } = useI18n();
  const found = useVmForm().issues.find((issue) => issue.field === field);
  if (found === undefined) return null;
  return (
    <p role="alert" className={styles.issue}>
      {t(found.message)}
    </p>
  );
}

type TextKey = { [Key in keyof VmDraft]: VmDraft[Key] extends string ? (string extends VmDraft[Key] ? Key : never) : never }[keyof VmDraft];

/** A field of the draft that is a text. */
export function VmText(props: { field: TextKey; label: string; placeholder?: string; numeric?: boolean; wide?: boolean; list?: string }) {
  const { draft, change, issues } = useVmForm();
  const { field, label } = props;
  return (
    <VmField label={label} field={field} wide={props.wide ?? false}>
      <TextField
        label={label}
        value={draft[field]}
        placeholder={props.placeholder}
        list={props.list}
        inputMode={props.numeric === true ? 'numeric' : undefined}
        aria-invalid={issues.some((issue) => issue.field === field)}
        onChange={(event) => change({ [field]: event.target.value })}
      />
    </VmField>
  );
}

/** Rows that are added and removed. `row` draws one; what is wrong with it stands below it. */
export function VmRows<Row>(props: {
  label: string;
  field: string;
  rows: readonly Row[];
  /** This many cannot be removed. */
  kept?: number;
  onChange: (rows: Row[]) => void;
  newRow: () => Row;
  row: (row: Row, set: (next: Row) => void, index: number) => ReactNode;
}) {
  const { t } = useI18n();
  const { label, field, rows, onChange, kept = 0 } = props;
  return (
    <fieldset className={styles.rows} aria-label={label}>
      <div className={styles.rowsHead}>
        <span className={styles.label} aria-hidden="true">
          {label}
        </span>
        <Button
          size="small"
          variant="quiet"
          icon={<Plus />}
          aria-label={t('create.addTo', { field: label })}
          onClick={() => onChange([...rows, props.newRow()])}
        >
          {t('create.add')}
        </Button>
      </div>
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row has no identity besides its place
        <div key={index}>
          <div className={styles.row}>
            {props.row(row, (next) => onChange(rows.with(index, next)), index)}
            {index >= kept && (
              <IconButton
                size="small"
                label={t('create.removeRow', { row: index + 1, field: label })}
                onClick={() => onChange(rows.filter((_, at) => at !== index))}
              >
                <X />
              </IconButton>
            )}
          </div>
          <Issue field={`${field}.${index}`} />
        </div>
      ))}
    </fieldset>
  );
}
