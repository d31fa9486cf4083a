import { type CSSProperties, type UIEvent, useCallback, useEffect, useLayoutEffect, useReducer, useRef, useState } from 'react';
import { classNames } from '../../ui/class-names.ts';
import { LogRow, type LogSource, SHOWN_CHARS, shownFrom } from './LogRow.tsx';
import styles from './LogView.module.css';
import type { LogBuffer } from './log-buffer.ts';
import type { LogMatch, LogMatches, TextRange } from './log-matches.ts';
import type { LogRows } from './log-rows.ts';
import { RowHeights } from './row-heights.ts';

const ROW_PX = 18;
/** Drawn beyond what is in sight, so that scrolling finds rows there; whoever follows does not scroll. */
const OVERSCAN_PX = 12 * ROW_PX;
/** More than are ever drawn at once. */
const ELEMENTS = 512;
/** Longer lines are cut. */
const WIDEST_CH = SHOWN_CHARS + 60;
const NO_RANGES: readonly TextRange[] = [];

export interface LogViewProps {
  label: string;
  buffer: LogBuffer;
  rows: LogRows;
  /** By the place of the machine in the log; empty where there is only one. */
  sources: readonly LogSource[];
  following: boolean;
  onFollowingChange: (following: boolean) => void;
  times: boolean;
  wrap: boolean;
  matches: LogMatches | null;
  active: LogMatch | null;
  /** Is told the first line in sight. */
  topLine: { current: number };
  /** A line that was cut is to be shown whole. */
  onOpen: (line: number) => void;
}

/** The rows that can be seen, and no others. Scrolling up pauses, scrolling to the end follows again. */
export function LogView(props: LogViewProps) {
  const { label, buffer, rows, sources, following, onFollowingChange, times, wrap, matches, active, topLine, onOpen } = props;
  const scroll = useRef<HTMLDivElement>(null);
  const [heights] = useState(() => new RowHeights(ROW_PX));
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const size = useSize(scroll, wrap, () => heights.clear());
  const { keepPlace, onScroll } = useFollowing({ scroll, following, onFollowingChange, onMoved: redraw });
  useEffect(() => pauseOnSelection(scroll.current, () => onFollowingChange(false)), [onFollowingChange]);

  const { first, end } = rows;
  const height = heights.offsetOf(end, first);
  const top = following ? Math.max(0, height - size.height) : (scroll.current?.scrollTop ?? 0);
  const overscan = following ? ROW_PX : OVERSCAN_PX;
  const from = heights.rowAt(Math.max(0, top - overscan), first, end);
  const shown: number[] = [];
  for (let row = from; row < end && heights.offsetOf(row, first) < top + size.height + overscan; row++) shown.push(row);
  useLayoutEffect(() => {
    topLine.current = rows.lineAt(heights.rowAt(top, first, end));
  });

  // Rows that were let go at the top would push those that are being read out of sight.
  const firstBefore = useRef(first);
  useLayoutEffect(() => {
    const gonePx = heights.offsetOf(first, firstBefore.current);
    firstBefore.current = first;
    if (gonePx <= 0 || following || scroll.current === null) return;
    scroll.current.scrollTop -= gonePx;
    keepPlace();
    redraw();
  }, [first, following, heights, keepPlace]);
  useLayoutEffect(() => {
    if (!wrap || scroll.current === null) return;
    const anchor = heights.rowAt(top, first, end);
    const before = heights.offsetOf(anchor, first);
    if (!heights.set(measureRows(scroll.current))) return;
    if (!following) scroll.current.scrollTop += heights.offsetOf(anchor, first) - before;
    keepPlace();
    redraw();
  });
  useLayoutEffect(() => {
    if (!following || scroll.current === null) return;
    scroll.current.scrollTop = height;
    keepPlace();
  }, [following, height, keepPlace]);
  const activeLine = active?.line;
  const activeStart = active?.start ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new match is gone to, not every new row
  useLayoutEffect(() => {
    const log = scroll.current;
    if (activeLine === undefined || log === null) return;
    const offset = heights.offsetOf(Math.max(first, rows.rowOf(activeLine)), first);
    if (offset < log.scrollTop || offset > log.scrollTop + log.clientHeight - ROW_PX) log.scrollTop = offset - log.clientHeight / 2;
    keepPlace();
    if (!wrap) revealColumn(log, activeStart - shownFrom(activeStart));
    redraw();
  }, [activeLine, activeStart, wrap, keepPlace, heights]);

  const width = { '--widest': `${Math.min(WIDEST_CH, buffer.longest)}ch` } as CSSProperties;
  return (
    <div
      ref={scroll}
      role="log"
      aria-label={label}
      // A flood is not to be read aloud; whoever wants to read moves through it.
      aria-live="off"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keyboard.
      tabIndex={0}
      className={classNames(styles.log, wrap && styles.wrap)}
      onScroll={onScroll}
      onKeyDown={(event) => event.key === 'End' && onFollowingChange(true)}
    >
      <div className={styles.lines} style={{ ...width, height }}>
        {shown.map((row) => {
          const line = rows.lineAt(row);
          return (
            // In a flood other rows stand in every frame: they take the elements of those before, which is cheaper than new ones.
            <div
              key={row % ELEMENTS}
              data-row={row}
              className={styles.row}
              style={{ transform: `translateY(${heights.offsetOf(row, first)}px)` }}
            >
              <LogRow
                buffer={buffer}
                line={line}
                source={sources[buffer.get(line)?.source ?? -1] ?? null}
                times={times}
                ranges={matches?.of(line) ?? NO_RANGES}
                active={active?.line === line ? active.start : null}
                onOpen={onOpen}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function measureRows(log: HTMLElement): Map<number, number> {
  const measured = new Map<number, number>();
  for (const row of log.querySelectorAll<HTMLElement>('[data-row]')) measured.set(Number(row.dataset.row), row.offsetHeight);
  return measured;
}

/** @param onRewrap lines wrap elsewhere from now on */
function useSize(scroll: { readonly current: HTMLElement | null }, wrap: boolean, onRewrap: () => void): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const log = scroll.current;
    if (log === null) return;
    const measure = () => setSize({ width: log.clientWidth, height: log.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(log);
    measure();
    return () => observer.disconnect();
  }, [scroll]);
  const wrapped = useRef({ wrap, width: size.width });
  if (wrapped.current.wrap !== wrap || wrapped.current.width !== size.width) onRewrap();
  wrapped.current = { wrap, width: size.width };
  return size;
}

interface Following {
  scroll: { readonly current: HTMLElement | null };
  following: boolean;
  onFollowingChange: (following: boolean) => void;
  onMoved: () => void;
}

/** Tells a person's scrolling from our own: only we move downwards by ourselves, and we say so through `keepPlace`. */
function useFollowing({ scroll, following, onFollowingChange, onMoved }: Following) {
  const placed = useRef(0);
  const keepPlace = useCallback(() => {
    placed.current = scroll.current?.scrollTop ?? 0;
  }, [scroll]);
  const onScroll = (event: UIEvent<HTMLElement>) => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    const wentUp = scrollTop < placed.current - 2;
    const wentDown = scrollTop > placed.current + 2;
    placed.current = scrollTop;
    const atEnd = scrollHeight - clientHeight - scrollTop < 4;
    if (following && wentUp && !atEnd) onFollowingChange(false);
    else if (!following && wentDown && atEnd) onFollowingChange(true);
    else if (wentUp || wentDown) onMoved();
  };
  return { keepPlace, onScroll };
}

/** What is being selected must not run away. */
function pauseOnSelection(log: HTMLElement | null, pause: () => void): () => void {
  const onSelection = () => {
    const selection = document.getSelection();
    if (selection !== null && !selection.isCollapsed && log?.contains(selection.anchorNode)) pause();
  };
  document.addEventListener('selectionchange', onSelection);
  return () => document.removeEventListener('selectionchange', onSelection);
}

/** Scrolls sideways so far that a match in a long line can be seen. */
function revealColumn(log: HTMLElement, column: number): void {
  const characterPx = 7.3;
  const left = column * characterPx;
  if (left < log.scrollLeft || left > log.scrollLeft + log.clientWidth - 240) log.scrollLeft = Math.max(0, left - log.clientWidth / 2);
}
