import { type CSSProperties, memo } from 'react';
import { useI18n } from '../../../i18n/index.ts';
import { classNames } from '../../../ui/class-names.ts';
import { type AnsiStyle, cssColor } from './ansi.ts';
import styles from './LogView.module.css';
import { linePieces } from './line-pieces.ts';
import type { LogEntry } from './log-buffer.ts';
import { findRanges } from './log-search.ts';

/** So much of a line is drawn at first, and so much when one asks for more. */
const SHOWN_CHARS = 2000;
const EXPANDED_CHARS = 20_000;

export interface LogRowProps {
  entry: LogEntry;
  times: boolean;
  expression: RegExp | null;
  /** Start of the match at which the search stands, in this line. */
  active: number | null;
  expanded: boolean;
  onExpand: (index: number) => void;
}

export const LogRow = memo(function LogRow({ entry, times, expression, active, expanded, onExpand }: LogRowProps) {
  const { t, format } = useI18n();
  const limit = expanded || (active !== null && active >= SHOWN_CHARS) ? EXPANDED_CHARS : SHOWN_CHARS;
  const ranges = expression === null ? [] : findRanges(entry.plain, expression);
  const hidden = entry.plain.length - limit;
  return (
    <>
      {times && (
        <span className={styles.time} title={format.dateTime(entry.timeMs)}>
          {format.timeOfDay(entry.timeMs)}
        </span>
      )}
      <span className={classNames(styles.stream, styles[entry.stream])}>{t(`logs.stream.${entry.stream}`)}</span>
      <span className={styles.text}>
        {linePieces(entry.text, { limit, ranges, active }).map((piece, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no name but their place.
          <Piece key={index} {...piece} />
        ))}
        {hidden > 0 &&
          (limit === SHOWN_CHARS ? (
            <button type="button" className={styles.more} onClick={() => onExpand(entry.index)}>
              {t('logs.more', { count: hidden })}
            </button>
          ) : (
            <span className={styles.more}>{t('logs.more', { count: hidden })}</span>
          ))}
      </span>
    </>
  );
});

function Piece({ text, style, match }: { text: string; style: AnsiStyle; match: 'none' | 'match' | 'active' }) {
  const css = pieceStyle(style);
  if (match !== 'none') return <mark className={classNames(styles.match, match === 'active' && styles.active)}>{text}</mark>;
  return css === null ? text : <span style={css}>{text}</span>;
}

function pieceStyle(style: AnsiStyle): CSSProperties | null {
  if (Object.keys(style).length === 0) return null;
  // Black on a dark page is not to be read: it is written as bright black, unless it has a background of its own.
  const foreground = style.foreground === 0 && style.background === undefined ? 8 : style.foreground;
  const color = foreground === undefined ? undefined : cssColor(foreground);
  const background = style.background === undefined ? undefined : cssColor(style.background);
  const lines = [style.underline && 'underline', style.strike && 'line-through'].filter(Boolean).join(' ');
  return {
    color: style.inverse ? (background ?? 'var(--color-terminal)') : color,
    background: style.inverse ? (color ?? 'var(--color-terminal-text)') : background,
    fontWeight: style.bold ? 600 : undefined,
    opacity: style.dim ? 0.7 : undefined,
    fontStyle: style.italic ? 'italic' : undefined,
    textDecoration: lines === '' ? undefined : lines,
  };
}
