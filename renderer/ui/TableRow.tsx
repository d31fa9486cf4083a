import { type MouseEvent, memo, type ReactNode } from 'react';
import { Checkbox } from './Checkbox.tsx';
import { classNames } from './class-names.ts';
import styles from './Table.module.css';

export interface Column<Row> {
  id: string;
  header: string;
  /** A CSS grid track: `120px`, `minmax(120px, 2fr)`. */
  track: string;
  align?: 'start' | 'end';
  sortable?: boolean;
  /** The header is there for screen readers only. */
  headerHidden?: boolean;
  cell: (row: Row) => ReactNode;
}

export interface TableRowProps<Row> {
  id: string;
  rowKey: string;
  row: Row;
  index: number;
  top: number;
  height: number;
  columns: readonly Column<Row>[];
  template: string;
  selected: boolean;
  active: boolean;
  selectLabel: string;
  onSelect: (key: string, extend: boolean) => void;
  onActivate: (key: string, extend: boolean) => void;
  onOpen: (row: Row) => void;
}

function Row<R>(props: TableRowProps<R>) {
  const { row, rowKey, columns, selected, active } = props;
  const onControl = (event: MouseEvent) =>
    event.target instanceof Element && event.target.closest('a,button,input,[role=checkbox]') !== null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtualised grid cannot be a <table>.
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the grid's, which holds the focus.
    <div
      role="row"
      id={props.id}
      className={classNames(styles.row, selected && styles.selected, active && styles.active)}
      style={{ gridTemplateColumns: props.template, height: props.height, transform: `translateY(${props.top}px)` }}
      aria-rowindex={props.index + 2}
      aria-selected={selected}
      tabIndex={-1}
      onClick={(event) => {
        if (onControl(event)) return;
        if (event.ctrlKey || event.metaKey) props.onSelect(rowKey, false);
        else props.onActivate(rowKey, event.shiftKey);
      }}
      onDoubleClick={(event) => !onControl(event) && props.onOpen(row)}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: a virtualised grid cannot be a <table>. */}
      <span role="gridcell" className={styles.select} tabIndex={-1}>
        <Checkbox
          label={props.selectLabel}
          checked={selected}
          tabIndex={-1}
          onCheckedChange={(_, event) => props.onSelect(rowKey, 'shiftKey' in event && event.shiftKey === true)}
        />
      </span>
      {columns.map((column) => (
        // biome-ignore lint/a11y/useSemanticElements: a virtualised grid cannot be a <table>.
        <span
          key={column.id}
          role="gridcell"
          className={classNames(styles.cell, column.align === 'end' && styles.end)}
          tabIndex={-1}
          onMouseEnter={tellAllWhenCut}
        >
          {column.cell(row)}
        </span>
      ))}
    </div>
  );
}

/** What does not fit can be read by pointing at it. */
function tellAllWhenCut({ currentTarget: cell }: MouseEvent<HTMLElement>): void {
  const isCut = [cell, ...cell.querySelectorAll('*')].some(({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth);
  if (isCut) cell.title = cell.innerText;
  else cell.removeAttribute('title');
}

/** Drawn again only when one of its props is another value. */
export const TableRow = memo(Row) as typeof Row;
