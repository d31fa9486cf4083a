import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react';
import { Checkbox } from './Checkbox.tsx';
import { classNames } from './class-names.ts';
import { moveActive, selectRange, toggle } from './selection.ts';
import styles from './Table.module.css';
import { TableGroup } from './TableGroup.tsx';
import { type Column, TableRow } from './TableRow.tsx';
import { type Grouping, inGroups } from './table-groups.ts';

export type { Column } from './TableRow.tsx';

export interface Sort {
  column: string;
  direction: 'ascending' | 'descending';
}

export interface TableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  /** In the order to show. A row is drawn again only when its object is another one. */
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  rowHeight: number;
  sort?: Sort;
  onSortChange?: (sort: Sort) => void;
  selection: ReadonlySet<string>;
  onSelectionChange: (selection: ReadonlySet<string>) => void;
  selectAllLabel: string;
  selectLabel: (row: Row) => string;
  onOpen?: (row: Row) => void;
  /** Delete was pressed on these keys: the selection, or the active row. */
  onRemove?: (keys: string[]) => void;
  /** Rows of one group stand together already; each group gets a header that folds it. */
  grouping?: Grouping<Row> | undefined;
  /** Stands in place of the rows when there are none. */
  empty?: ReactNode;
}

/**
 * A grid that carries thousands of rows: only those in sight are in the page. The grid is one tab stop; j/k or the arrows
 * move, Shift extends, Space selects, Enter opens, Delete removes, Ctrl/⌘-A selects all, Escape lets go.
 */
export function Table<Row>(props: TableProps<Row>) {
  const { columns, rowKey, rowHeight, selection, onSelectionChange, grouping } = props;
  const { items, rows } = useMemo(() => inGroups(props.rows, grouping), [props.rows, grouping]);
  const id = useId();
  const scroll = useRef<HTMLDivElement>(null);
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const anchor = useRef<string | null>(null);
  const keys = useMemo(() => rows.map(rowKey), [rows, rowKey]);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => {
      const item = items[index];
      return item === undefined ? index : item.type === 'group' ? `group ${item.key}` : rowKey(item.row);
    },
    scrollPaddingStart: rowHeight,
    overscan: 8,
  });
  const template = useMemo(() => `${SELECT_PX}px ${columns.map((column) => column.track).join(' ')}`, [columns]);
  const width = useMemo(() => ({ minWidth: leastWidth(columns) }), [columns]);
  const activeIndex = activeKey === null ? -1 : keys.indexOf(activeKey);

  const itemOfRow = (index: number) => items.findIndex((item) => item.type === 'row' && item.index === index);
  const activate = (key: string, extend: boolean) => {
    if (extend) onSelectionChange(selectRange({ keys, from: anchor.current ?? activeKey ?? key, to: key, selection }));
    else anchor.current = key;
    setActiveKey(key);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const onControl = event.target !== scroll.current;
    const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? rowHeight) / rowHeight) - 2);
    const target = moveActive({ key: event.key, index: activeIndex, count: rows.length, page });
    const key = target === null ? undefined : keys[target];
    if (target !== null && key !== undefined && !event.ctrlKey && !event.metaKey) {
      activate(key, event.shiftKey);
      virtual.scrollToIndex(itemOfRow(target));
      if (onControl) scroll.current?.focus();
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) onSelectionChange(new Set(keys));
    else if (event.key === 'Escape' && selection.size > 0) onSelectionChange(new Set());
    else if (onControl && event.key !== 'Delete') return;
    else if (event.key === ' ' && activeKey !== null) onSelectionChange(toggle(selection, activeKey));
    else if (event.key === 'Delete' && props.onRemove !== undefined) {
      const chosen = keys.filter((one) => selection.has(one));
      if (chosen.length > 0 || activeKey !== null) props.onRemove(chosen.length > 0 ? chosen : [activeKey ?? '']);
    } else if (event.key === 'Enter' && rows[activeIndex] !== undefined) props.onOpen?.(rows[activeIndex]);
    else return;
    event.preventDefault();
  };
  const onSelect = (key: string, extend: boolean) => {
    onSelectionChange(extend ? selectRange({ keys, from: anchor.current ?? key, to: key, selection }) : toggle(selection, key));
    if (!extend) anchor.current = key;
    setActiveKey(key);
  };
  // Rows get callbacks that never change, or each of them would be drawn again at every change of one.
  const handlers = useRef({ onSelect, activate, onOpen: props.onOpen });
  useEffect(() => {
    handlers.current = { onSelect, activate, onOpen: props.onOpen };
  });
  const stable = useMemo(
    () => ({
      onSelect: (key: string, extend: boolean) => handlers.current.onSelect(key, extend),
      onActivate: (key: string, extend: boolean) => handlers.current.activate(key, extend),
      onOpen: (row: Row) => handlers.current.onOpen?.(row),
    }),
    [],
  );

  const selectedHere = keys.filter((key) => selection.has(key)).length;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtualised grid cannot be a <table>.
    <div
      ref={scroll}
      role="grid"
      className={styles.table}
      aria-label={props.label}
      aria-rowcount={rows.length + 1}
      aria-multiselectable="true"
      aria-activedescendant={activeIndex >= 0 ? `${id}-${activeKey}` : undefined}
      tabIndex={0}
      data-list
      onKeyDown={onKeyDown}
    >
      <div className={styles.inner} style={width}>
        {/* biome-ignore lint/a11y/useSemanticElements: as above */}
        <div role="row" className={styles.header} style={{ gridTemplateColumns: template }} aria-rowindex={1} tabIndex={-1}>
          {/* biome-ignore lint/a11y/useSemanticElements: as above */}
          <span role="columnheader" className={styles.select} tabIndex={-1}>
            {rows.length > 0 && (
              <Checkbox
                label={props.selectAllLabel}
                checked={selectedHere > 0 && selectedHere === rows.length}
                indeterminate={selectedHere > 0 && selectedHere < rows.length}
                onCheckedChange={() => onSelectionChange(selectedHere === rows.length ? new Set() : new Set(keys))}
              />
            )}
          </span>
          {columns.map((column) => (
            <HeaderCell key={column.id} column={column} sort={props.sort} onSortChange={props.onSortChange} />
          ))}
        </div>
        {/* biome-ignore lint/a11y/useSemanticElements: as above */}
        <div role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index: at, start }) => {
            const item = items[at];
            if (item === undefined) return null;
            if (item.type === 'group') {
              return <TableGroup key={`group ${item.key}`} group={item} top={start} height={rowHeight} onToggle={grouping?.onToggle} />;
            }
            const { row } = item;
            const key = rowKey(row);
            return (
              <TableRow<Row>
                key={key}
                id={`${id}-${key}`}
                rowKey={key}
                row={row}
                index={item.index}
                top={start}
                height={rowHeight}
                columns={columns}
                template={template}
                selected={selection.has(key)}
                active={key === activeKey}
                selectLabel={props.selectLabel(row)}
                {...stable}
              />
            );
          })}
        </div>
      </div>
      {rows.length === 0 && props.empty}
    </div>
  );
}

const SELECT_PX = 32;
/** Of `.header` and `.row`, both sides. */
const PADDING_PX = 24;

/** Below it the table scrolls sideways: each track's first length, which is its least. */
function leastWidth<Row>(columns: readonly Column<Row>[]): number {
  return columns.reduce((sum, { track }) => sum + Number(/(\d+)px/.exec(track)?.[1] ?? 0), SELECT_PX + PADDING_PX);
}

function HeaderCell<Row>({ column, sort, onSortChange }: { column: Column<Row> } & Pick<TableProps<Row>, 'sort' | 'onSortChange'>) {
  const direction = sort?.column === column.id ? sort.direction : undefined;
  const next = direction === 'ascending' ? 'descending' : 'ascending';
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtualised grid cannot be a <table>.
    <span
      role="columnheader"
      className={classNames(styles.headerCell, column.align === 'end' && styles.end)}
      aria-sort={direction}
      tabIndex={-1}
    >
      {column.sortable && onSortChange !== undefined ? (
        <button type="button" className={styles.sort} onClick={() => onSortChange({ column: column.id, direction: next })}>
          <span>{column.header}</span>
          {direction === 'ascending' && <ArrowUp />}
          {direction === 'descending' && <ArrowDown />}
        </button>
      ) : (
        <span className={column.headerHidden ? 'visually-hidden' : undefined}>{column.header}</span>
      )}
    </span>
  );
}
