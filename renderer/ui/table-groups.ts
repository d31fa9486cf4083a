import type { ReactNode } from 'react';

export interface Grouping<Row> {
  of: (row: Row) => string;
  /** What a group's header says. */
  header: (key: string) => ReactNode;
  folded: ReadonlySet<string>;
  onToggle: (key: string) => void;
}

export interface GroupItem {
  type: 'group';
  key: string;
  header: ReactNode;
  count: number;
  folded: boolean;
}

/** `index` counts the rows that are shown. */
export type TableItem<Row> = GroupItem | { type: 'row'; row: Row; index: number };

/** The lines of a table: a header before each run of rows of one group, and of folded groups only that. */
export function inGroups<Row>(
  rows: readonly Row[],
  grouping: Grouping<Row> | undefined,
): { items: TableItem<Row>[]; rows: readonly Row[] } {
  if (grouping === undefined) return { items: rows.map((row, index) => ({ type: 'row', row, index })), rows };
  const items: TableItem<Row>[] = [];
  const shown: Row[] = [];
  let group: GroupItem | null = null;
  for (const row of rows) {
    const key = grouping.of(row);
    if (group === null || group.key !== key) {
      group = { type: 'group', key, header: grouping.header(key), count: 0, folded: grouping.folded.has(key) };
      items.push(group);
    }
    group.count++;
    if (group.folded) continue;
    items.push({ type: 'row', row, index: shown.length });
    shown.push(row);
  }
  return { items, rows: shown };
}
