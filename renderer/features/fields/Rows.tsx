import { Plus, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Issue, Note } from './Field.tsx';
import styles from './fields.module.css';

/** Rows that are added and removed. `row` draws one; what is wrong with it stands below it. */
export function Rows<Row>(props: {
  label: string;
  field: string;
  rows: readonly Row[];
  /** This many cannot be removed. */
  kept?: number;
  onChange: (rows: Row[]) => void;
  newRow: () => Row;
  row: (row: Row, set: (next: Row) => void, index: number) => ReactNode;
  aside?: ReactNode;
}) {
  const { t } = useI18n();
  const { label, field, rows, onChange, kept = 0 } = props;
  return (
    <fieldset className={styles.rows} aria-label={label}>
      <div className={styles.rowsHead}>
        <span className={styles.label} aria-hidden="true">
          {label}
        </span>
        <Note field={field} />
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
      <Issue field={field} />
    </fieldset>
  );
}
