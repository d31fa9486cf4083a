import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { LogBuffer } from './log-buffer.ts';
import { compileQuery, type LogMatch, type LogQuery, LogSearch } from './log-search.ts';

/** Lines looked through before the page may draw again. */
const SLICE_LINES = 5000;

export interface FoundInLog {
  expression: RegExp | null;
  /** Why the expression is none; null when it is one. */
  invalid: string | null;
  count: number;
  /** There are more, which are not counted. */
  limited: boolean;
  /** The match at which the search stands, and its place among all; −1 when it stands at none. */
  active: LogMatch | null;
  position: number;
  step: (direction: 1 | -1) => void;
}

/** Looks through the log by and by, and goes on as lines come. A new search begins at `topLine`, the first line in sight. */
export function useLogSearch(
  from: { buffer: LogBuffer; version: number; topLine: { readonly current: number } },
  query: LogQuery,
): FoundInLog {
  const { buffer, version, topLine } = from;
  const { expression, invalid } = useMemo(() => compile(query), [query]);
  const search = useMemo(() => (expression === null ? null : new LogSearch(buffer, expression)), [buffer, expression]);
  const [active, setActive] = useState<LogMatch | null>(null);
  const [, redraw] = useState(0);
  const wantsFirst = useRef(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new search looks for its first match
  useEffect(() => {
    setActive(null);
    wantsFirst.current = true;
  }, [search]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version brings new lines
  useEffect(() => {
    if (search === null) return;
    let frame = 0;
    const turn = () => {
      const done = search.scan(SLICE_LINES);
      const first = wantsFirst.current ? search.firstFrom(topLine.current) : null;
      if (first !== null) {
        wantsFirst.current = false;
        setActive(first);
      }
      redraw((count) => count + 1);
      if (!done) frame = requestAnimationFrame(turn);
    };
    turn();
    return () => cancelAnimationFrame(frame);
  }, [search, version, topLine]);

  const position = search === null || active === null ? -1 : search.indexFrom(active.line, active.start);
  const step = useCallback(
    (direction: 1 | -1) => {
      const count = search?.matches.length ?? 0;
      if (search === null || count === 0) return;
      const at = active === null ? -1 : search.indexFrom(active.line, active.start);
      const next = at === -1 ? 0 : (at + direction + count) % count;
      setActive(search.matches[next] ?? null);
    },
    [search, active],
  );
  return { expression, invalid, count: search?.matches.length ?? 0, limited: search?.limited ?? false, active, position, step };
}

function compile(query: LogQuery): { expression: RegExp | null; invalid: string | null } {
  if (query.text === '') return { expression: null, invalid: null };
  try {
    return { expression: compileQuery(query), invalid: null };
  } catch (error) {
    // `Invalid regular expression: /a(/gi: Unterminated group`: only the last part is news.
    return { expression: null, invalid: error instanceof Error ? error.message.replace(/^.*: /, '') : String(error) };
  }
}
