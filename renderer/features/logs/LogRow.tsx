import { type CSSProperties, memo } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { classNames } from '../../ui/class-names.ts';
import { type AnsiStyle, cssColor, plainText } from './ansi.ts';
import styles from './LogView.module.css';
import { linePieces } from './line-pieces.ts';
import type { LogBuffer } from './log-buffer.ts';
import type { TextRange } from './log-matches.ts';
import colors from './source-colors.module.css';

/** So much of a line is drawn; the whole of it is a click away. */
export const SHOWN_CHARS = 2000;
/** Of what stands before a match that lies further on. */
const BEFORE_CHARS = 200;

export interface LogRowProps {
  buffer: LogBuffer;
  line: number;
  /** Whose line it is; null where there is only one machine. */
  source: LogSource | null;
  times: boolean;
  ranges: readonly TextRange[];
  /** Start of the match at which the search stands, in this line. */
  active: number | null;
  onOpen: (line: number) => void;
}

/** A machine of the log: its name, and which of the colours is its own. */
export interface LogSource {
  name: string;
  color: number;
}

export const LogRow = memo(function LogRow({ buffer, line, source, times, ranges, active, onOpen }: LogRowProps) {
  const { t, format } = useI18n();
  const entry = buffer.get(line);
  if (entry === undefined) return null;
  const { text, stream, timeMs } = entry;
  const from = shownFrom(active);
  const length = text.length <= SHOWN_CHARS ? text.length : plainText(text).length;
  const hidden = Math.max(0, length - SHOWN_CHARS);
  return (
    <>
      {times && (
        <span className={styles.time} title={timeMs === null ? undefined : new Date(timeMs).toISOString()}>
          {format.timeOfDay(timeMs)}
        </span>
      )}
      {source !== null && (
        <span className={classNames(styles.source, colors.colored)} data-color={source.color} title={source.name}>
          {source.name}
        </span>
      )}
      <span className={classNames(styles.stream, styles[stream])}>{t(`logs.stream.${stream}`)}</span>
      <span className={styles.text}>
        {from > 0 && <span className={styles.cut}>…</span>}
        {linePieces(text, { from, limit: SHOWN_CHARS, ranges, active }).map((piece, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no name but their place.
          <Piece key={index} {...piece} />
        ))}
        {hidden > 0 && (
          <button type="button" className={styles.more} onClick={() => onOpen(line)}>
            {t('logs.more', { count: hidden })}
          </button>
        )}
      </span>
    </>
  );
});

/** Offset of the first character of a row: a match far to the right is shown, and not only counted. */
export function shownFrom(active: number | null): number {
  return active === null || active < SHOWN_CHARS - BEFORE_CHARS ? 0 : active - BEFORE_CHARS;
}

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
