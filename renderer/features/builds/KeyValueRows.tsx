import { Plus, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './BuildDrawer.module.css';

export interface Row {
  key: number;
  name: string;
  value: string;
}

export interface KeyValueRowsProps<R extends Row> {
  rows: readonly R[];
  onRowsChange: (rows: R[]) => void;
  newRow: () => R;
  addLabel: string;
  nameLabel: string;
  /** What stands in place of the plain value field. */
  value?: (row: R, change: (fields: Partial<R>) => void) => ReactNode;
}

/** Names with values, one below the other, as many as one wants. */
export function KeyValueRows<R extends Row>({ rows, onRowsChange, newRow, addLabel, nameLabel, value }: KeyValueRowsProps<R>) {
  const { t } = useI18n();
  const change = (key: number, fields: Partial<R>) => onRowsChange(rows.map((row) => (row.key === key ? { ...row, ...fields } : row)));
  return (
    <>
      {rows.map((row) => (
        <div key={row.key} className={styles.row}>
          <TextField
            label={nameLabel}
            placeholder={nameLabel}
            value={row.name}
            onChange={(event) => change(row.key, { name: event.target.value } as Partial<R>)}
          />
          {value?.(row, (fields) => change(row.key, fields)) ?? (
            <TextField
              label={t('builds.valueOf', { name: row.name })}
              placeholder={t('builds.value')}
              value={row.value}
              onChange={(event) => change(row.key, { value: event.target.value } as Partial<R>)}
            />
          )}
          <IconButton
            size="small"
            label={t('builds.removeRow', { name: row.name })}
            onClick={() => onRowsChange(rows.filter((one) => one.key !== row.key))}
          >
            <X />
          </IconButton>
        </div>
      ))}
      <Button size="small" variant="quiet" className={styles.add} icon={<Plus />} onClick={() => onRowsChange([...rows, newRow()])}>
        {addLabel}
      </Button>
    </>
  );
}
