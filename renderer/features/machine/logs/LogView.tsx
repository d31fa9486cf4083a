import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type UIEvent, useCallback, useEffect, useLayoutEffect, useReducer, useRef, useState } from 'react';
import { classNames } from '../../../ui/class-names.ts';
import { LogRow } from './LogRow.tsx';
import styles from './LogView.module.css';
import type { LogBuffer } from './log-buffer.ts';
import type { LogMatch } from './log-search.ts';

const ROW_PX = 18;
/** Wider than the widest line is not useful; longer lines are cut. */
const WIDEST_CH = 2060;

export interface LogViewProps {
  label: string;
  buffer: LogBuffer;
  /** Index after the last line to show: the buffer's end, or where it stood when it was paused. */
  end: number;
  following: boolean;
  onFollowingChange: (following: boolean) => void;
  times: boolean;
  wrap: boolean;
  expression: RegExp | null;
  active: LogMatch | null;
  /** Is told the first line in sight. */
  topLine: { current: number };
}

/** The lines that can be seen, and no others. Scrolling up pauses, scrolling to the end follows again. */
export function LogView(props: LogViewProps) {
  const { label, buffer, end, following, onFollowingChange, times, wrap, expression, active, topLine } = props;
  const scroll = useRef<HTMLDivElement>(null);
  const [expanded, setExpanded] = useState<ReadonlySet<number>>(new Set());
  const first = Math.min(buffer.first, end);
  const virtual = useVirtualizer({
    count: end - first,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => first + index,
    overscan: 12,
  });
  useLayoutEffect(() => {
    topLine.current = first + (virtual.range?.startIndex ?? 0);
  });
  const height = virtual.getTotalSize();
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const { keepPlace, onScroll } = useFollowing({ scroll: scroll.current, following, onFollowingChange });
  const onExpand = useCallback((index: number) => setExpanded((before) => new Set(before).add(index)), []);
  useEffect(() => pauseOnSelection(scroll.current, () => onFollowingChange(false)), [onFollowingChange]);

  // Lines that were let go at the top would push those that are being read out of sight.
  const firstBefore = useRef(first);
  useLayoutEffect(() => {
    const gone = first - firstBefore.current;
    firstBefore.current = first;
    if (gone > 0 && !following && scroll.current !== null) scroll.current.scrollTop -= gone * ROW_PX;
  }, [first, following]);
  useLayoutEffect(() => {
    if (!following || end === first) return;
    const log = scroll.current;
    if (log === null) return;
    log.scrollTop = height;
    keepPlace();
    // The scroll event comes only after the next paint, which would show rows of where the log stood before.
    if (virtual.scrollOffset !== log.scrollTop) {
      virtual.scrollOffset = log.scrollTop;
      redraw();
    }
  }, [following, end, first, height, virtual, keepPlace]);
  const activeLine = active?.line;
  const activeStart = active?.start;
  useLayoutEffect(() => {
    if (activeLine === undefined || activeLine < buffer.first) return;
    virtual.scrollToIndex(activeLine - buffer.first, { align: 'center' });
    keepPlace();
    if (!wrap) revealColumn(scroll.current, activeStart ?? 0);
  }, [activeLine, activeStart, buffer, virtual, wrap, keepPlace]);

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
        {virtual.getVirtualItems().map((item) => {
          const index = first + item.index;
          const entry = buffer.get(index);
          if (entry === undefined) return null;
          return (
            <div
              key={item.key}
              ref={wrap ? virtual.measureElement : undefined}
              data-index={item.index}
              data-stream={entry.stream}
              className={styles.row}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <LogRow
                entry={entry}
                times={times}
                expression={expression}
                active={active?.line === index ? active.start : null}
                expanded={expanded.has(index)}
                onExpand={onExpand}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface Following {
  scroll: HTMLElement | null;
  following: boolean;
  onFollowingChange: (following: boolean) => void;
}

/** Tells a person's scrolling from our own: only we move downwards by ourselves, and we say so through `keepPlace`. */
function useFollowing({ scroll, following, onFollowingChange }: Following) {
  const placed = useRef(0);
  const keepPlace = useCallback(() => {
    placed.current = scroll?.scrollTop ?? 0;
  }, [scroll]);
  const onScroll = (event: UIEvent<HTMLElement>) => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    const wentUp = scrollTop < placed.current - 2;
    const wentDown = scrollTop > placed.current + 2;
    placed.current = scrollTop;
    const atEnd = scrollHeight - clientHeight - scrollTop < 4;
    if (following && wentUp && !atEnd) onFollowingChange(false);
    else if (!following && wentDown && atEnd) onFollowingChange(true);
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
function revealColumn(log: HTMLElement | null, column: number): void {
  if (log === null) return;
  const characterPx = 7.3;
  const left = column * characterPx;
  if (left < log.scrollLeft || left > log.scrollLeft + log.clientWidth - 240) log.scrollLeft = Math.max(0, left - log.clientWidth / 2);
}
