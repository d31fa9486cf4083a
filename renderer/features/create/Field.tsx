import { Plus, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import styles from './create.module.css';
import { useForm } from './form-context.ts';
import { issueText } from './issue-text.ts';

/** A field's name above it, and below it what is wrong. */
export function Field({ label, field, wide = false, children }: { label: string; field: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={classNames(styles.field, wide && styles.wide)}>
      <span className={styles.label} aria-hidden="true">
        {label}
      </span>
      {children}
      <Issues field={field} />
    </div>
  );
}

export function Issues({ field }: { field: string }) {
  const { t } = useI18n();
  const { issues } = useForm();
  const found = issues.find((issue) => issue.field === field);
  if (found === undefined) return null;
  return (
    <p role="alert" className={styles.issue}>
      {issueText(t, found)}
    </p>
  );
}

/** Rows that are added and removed. `row` draws one; its problems stand below it. */
export function Rows<Row>(props: {
  label: string;
  field: string;
  rows: readonly Row[];
  onChange: (rows: Row[]) => void;
  newRow: () => Row;
  row: (row: Row, set: (next: Row) => void, index: number) => ReactNode;
  aside?: ReactNode;
}) {
  const { t } = useI18n();
  const { label, field, rows, onChange } = props;
  return (
    <fieldset className={styles.rows} aria-label={label}>
      <div className={styles.rowsHead}>
        <span className={styles.label} aria-hidden="true">
          {label}
        </span>
        {props.aside}
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
            <IconButton
              size="small"
              label={t('create.removeRow', { row: index + 1, field: label })}
              onClick={() => onChange(rows.filter((_, at) => at !== index))}
            >
              <X />
            </IconButton>
          </div>
          <Issues field={`${field}.${index}`} />
        </div>
      ))}
    </fieldset>
  );
}
