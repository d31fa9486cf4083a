import { type AnsiStyle, parseAnsi } from './ansi.ts';
import { cutText } from './log-buffer.ts';
import type { TextRange } from './log-search.ts';

export interface LinePiece {
  text: string;
  style: AnsiStyle;
  match: 'none' | 'match' | 'active';
}

/**
 * What is drawn of one line: its first `limit` characters, split where its style changes and where a match begins or ends.
 * @param active start of the match at which the search stands; null when it stands in another line
 */
export function linePieces(raw: string, options: { limit: number; ranges: readonly TextRange[]; active: number | null }): LinePiece[] {
  const { limit, ranges, active } = options;
  const pieces: LinePiece[] = [];
  let offset = 0;
  for (const span of parseAnsi(raw)) {
    if (offset >= limit) break;
    const text = cutText(span.text, limit - offset);
    const end = offset + text.length;
    let from = offset;
    const push = (to: number, match: LinePiece['match']) => {
      if (to > from) pieces.push({ text: text.slice(from - offset, to - offset), style: span.style, match });
      from = Math.max(from, to);
    };
    for (const range of ranges) {
      if (range.end <= offset || range.start >= end) continue;
      push(Math.max(from, range.start), 'none');
      push(Math.min(end, range.end), range.start === active ? 'active' : 'match');
    }
    push(end, 'none');
    offset += span.text.length;
  }
  return pieces;
}
