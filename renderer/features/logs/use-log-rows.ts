import { useEffect, useMemo, useReducer } from 'react';
import type { LogStream } from '../../../backend/contract/index.ts';
import type { LogBuffer } from './log-buffer.ts';
import { allRows, FilteredRows, type LogRows } from './log-rows.ts';
import type { LogSearch } from './log-search.ts';

export interface ShownRows {
  rows: LogRows;
  isFiltered: boolean;
  /** Another one means that rows have other numbers. */
  key: number;
}

let lastKey = 0;

/** Which lines are shown, and in which rows. @param of.search null: not only its matches */
export function useLogRows(of: {
  buffer: LogBuffer;
  end: number;
  stream: LogStream | null;
  hidden: ReadonlySet<number>;
  search: LogSearch | null;
}): ShownRows {
  const { buffer, end, stream, hidden, search } = of;
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const filter = useMemo(() => {
    const isFiltered = stream !== null || hidden.size > 0 || search !== null;
    const rows = isFiltered ? new FilteredRows(buffer, { stream, hiddenSources: hidden, matches: search?.matches ?? null }) : null;
    return { rows, key: ++lastKey };
  }, [buffer, stream, hidden, search]);
  const limit = Math.min(end, search?.scanned ?? end);
  const done = filter.rows?.scan(limit) ?? true;
  useEffect(() => {
    if (done) return;
    const frame = requestAnimationFrame(redraw);
    return () => cancelAnimationFrame(frame);
  });
  return { rows: filter.rows?.rows(end) ?? allRows(buffer, end), isFiltered: filter.rows !== null, key: filter.key };
}
