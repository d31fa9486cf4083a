import { plainText } from './ansi.ts';

export interface LogQuery {
  text: string;
  regex: boolean;
  caseSensitive: boolean;
}

/** @throws SyntaxError for an expression that is none */
export function compileQuery(query: LogQuery): RegExp {
  const flags = query.caseSensitive ? 'g' : 'gi';
  const source = query.regex ? query.text : query.text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
  if (!query.regex) return new RegExp(source, flags);
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    // People escape more than Unicode mode allows (`\-`); the older rules take it.
    return new RegExp(source, flags);
  }
}

/** Matches as triples: place of the line in `lines`, and the match's start and end in the line as it is read. */
export function findInLines(lines: readonly string[], expression: RegExp): number[] {
  const found: number[] = [];
  for (const [line, text] of lines.entries()) {
    for (const match of plainText(text).matchAll(expression)) {
      if (match[0].length > 0) found.push(line, match.index, match.index + match[0].length);
    }
  }
  return found;
}
