import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { LogBuffer } from './log-buffer.ts';
import type { LogMatch } from './log-matches.ts';
import { compileQuery, type LogQuery } from './log-query.ts';
import { LogSearch } from './log-search.ts';
import { useFrameVersion } from './use-frame-version.ts';

/** A pause in the typing. */
const TYPED_MS = 120;

export interface FoundInLog {
  search: LogSearch | null;
  /** Changes whenever more was found or looked through. */
  version: number;
  /** Why the expression is none; null when it is one. */
  invalid: string | null;
  /** The match at which the search stands, and its place among all; −1 when it stands at none. */
  active: LogMatch | null;
  position: number;
  step: (direction: 1 | -1) => void;
}

/** Looks through the log, and goes on as lines come. A new search begins at `topLine`, the first line in sight. */
export function useLogSearch(buffer: LogBuffer, query: LogQuery, topLine: { readonly current: number }): FoundInLog {
  const invalid = useMemo(() => problemOf(query), [query]);
  const [search, setSearch] = useState<LogSearch | null>(null);
  const [active, setActive] = useState<LogMatch | null>(null);
  const wantsFirst = useRef(false);

  useEffect(() => {
    setSearch(null);
    setActive(null);
    if (query.text === '' || invalid !== null) return;
    let opened: LogSearch | null = null;
    const timer = setTimeout(() => {
      opened = new LogSearch(buffer, query);
      wantsFirst.current = true;
      setSearch(opened);
    }, TYPED_MS);
    return () => {
      clearTimeout(timer);
      opened?.dispose();
    };
  }, [buffer, query, invalid]);

  const version = useFrameVersion(search);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version brings new matches
  useEffect(() => {
    if (search === null || !wantsFirst.current) return;
    const first = firstFrom(search, topLine.current);
    if (first === null) return;
    wantsFirst.current = false;
    setActive(first);
  }, [search, version, topLine]);

  const position = search === null || active === null ? -1 : positionOf(search, active);
  const step = useCallback(
    (direction: 1 | -1) => {
      const count = search?.matches.count ?? 0;
      if (search === null || count === 0) return;
      const at = active === null ? -1 : positionOf(search, active);
      const next = at === -1 ? 0 : (at + direction + count) % count;
      wantsFirst.current = false;
      setActive(search.matches.at(next) ?? null);
    },
    [search, active],
  );
  return { search, version, invalid, active, position, step };
}

/** −1 when its line is gone. */
function positionOf({ matches }: LogSearch, { line, start }: LogMatch): number {
  const index = matches.indexFrom(line, start);
  const found = matches.at(index);
  return found?.line === line && found.start === start ? index : -1;
}

/** At the first match from a line on, or at the last before it; null while that is not known. */
function firstFrom({ matches, state }: LogSearch, line: number): LogMatch | null {
  return matches.at(matches.indexFrom(line)) ?? (state === 'searching' ? null : (matches.at(matches.count - 1) ?? null));
}

function problemOf(query: LogQuery): string | null {
  if (query.text === '') return null;
  try {
    compileQuery(query);
    return null;
  } catch (error) {
    // `Invalid regular expression: /a(/gi: Unterminated group`: only the last part is news.
    return error instanceof Error ? error.message.replace(/^.*: /, '') : String(error);
  }
}
