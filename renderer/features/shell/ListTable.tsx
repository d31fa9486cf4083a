import type { ReactNode } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { useSettings } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Table, type TableProps } from '../../ui/Table.tsx';
import styles from './ListTable.module.css';
import type { List } from './use-list.ts';

export interface ListTableProps<Row> extends Pick<TableProps<Row>, 'label' | 'columns' | 'rows' | 'rowKey' | 'grouping' | 'onOpen'> {
  list: List;
  /** How many there are without the filter. */
  total: number;
  nameOf: (row: Row) => string;
  onRemove?: (rows: Row[]) => void;
  /** Its rows hold two lines. */
  isTall?: boolean;
  /** Stands in place of the rows when there are none at all. */
  empty: ReactNode;
}

/** The table of a page that is one list: its order, its selection, and what is said when the filter leaves nothing. */
export function ListTable<Row>({ list, total, nameOf, onRemove, isTall = false, empty, ...table }: ListTableProps<Row>) {
  const { t } = useI18n();
  const { density } = useSettings();
  const { filter } = list;
  return (
    <div className={styles.body}>
      <Table
        {...table}
        rowHeight={(density === 'compact' ? 28 : 36) + (isTall ? 4 : 0)}
        sort={list.sort}
        onSortChange={list.setSort}
        selection={list.selection}
        onSelectionChange={list.select}
        selectAllLabel={t('select.all')}
        selectLabel={(row) => t('select.one', { name: nameOf(row) })}
        {...(onRemove !== undefined && {
          onRemove: (keys: string[]) => onRemove(table.rows.filter((row) => keys.includes(table.rowKey(row)))),
        })}
        empty={
          total === 0 ? (
            empty
          ) : (
            <EmptyState
              title={t('machines.noMatch', { filter })}
              action={<Button onClick={() => list.setFilter('')}>{t('machines.clearFilter')}</Button>}
            />
          )
        }
      />
    </div>
  );
}
