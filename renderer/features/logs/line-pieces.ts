import { type AnsiStyle, parseAnsi } from './ansi.ts';
import { cutText } from './log-buffer.ts';
import type { TextRange } from './log-matches.ts';

export interface LinePiece {
  text: string;
  style: AnsiStyle;
  match: 'none' | 'match' | 'active';
}

/**
 * What is drawn of one line: `limit` of its characters from `from` on, split where its style changes and where a match begins
 * or ends.
 * @param options.active start of the match at which the search stands; null when it stands in another line
 */
export function linePieces(
  raw: string,
  options: { from: number; limit: number; ranges: readonly TextRange[]; active: number | null },
): LinePiece[] {
  const { from: first, ranges, active } = options;
  const last = first + options.limit;
  const pieces: LinePiece[] = [];
  let offset = 0;
  for (const span of parseAnsi(raw)) {
    if (offset >= last) break;
    const start = Math.max(offset, first);
    const text = cutText(span.text, last - offset);
    const end = offset + text.length;
    let from = start;
    const push = (to: number, match: LinePiece['match']) => {
      if (to > from) pieces.push({ text: text.slice(from - offset, to - offset), style: span.style, match });
      from = Math.max(from, to);
    };
    for (const range of ranges) {
      if (range.end <= start || range.start >= end) continue;
      push(Math.max(from, range.start), 'none');
      push(Math.min(end, range.end), range.start === active ? 'active' : 'match');
    }
    push(end, 'none');
    offset += span.text.length;
  }
  return pieces;
}
