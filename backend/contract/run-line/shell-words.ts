/** One word of a shell line, without its quotes, and where it stands in the line. */
export interface ShellWord {
  text: string;
  start: number;
  end: number;
}

/** Something of the shell that only a shell can do. */
export interface ShellTrouble {
  reason: 'expansion' | 'operator' | 'openQuote';
  text: string;
  start: number;
  end: number;
}

const BLANK = /[ \t\r\n]/;
const OPERATOR = /[;&|<>()]/;
/** What a shell would put something else in place of. */
const EXPANSION = /^\$(?:\{[^}]*\}|\([^)]*\)|\w+|')|^`[^`]*`/;
const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/**
 * A line as a POSIX shell takes it apart: quotes, escapes, continued lines, comments. Nothing is expanded: what a shell would
 * expand stays as it is written and is told, and so is an operator, where the command ends.
 */
export function splitShellLine(line: string): { words: ShellWord[]; trouble: ShellTrouble[] } {
  const words: ShellWord[] = [];
  const trouble: ShellTrouble[] = [];
  let at = 0;

  const expansion = () => {
    const found = EXPANSION.exec(line.slice(at))?.[0];
    if (found !== undefined) trouble.push({ reason: 'expansion', text: found, start: at, end: at + found.length });
  };
  const singleQuoted = (): string => {
    const close = line.indexOf("'", at + 1);
    const end = close < 0 ? line.length : close;
    if (close < 0) trouble.push({ reason: 'openQuote', text: "'", start: at, end: at + 1 });
    const text = line.slice(at + 1, end);
    at = end + 1;
    return text;
  };
  const doubleQuoted = (): string => {
    const open = at;
    let text = '';
    for (at++; at < line.length && line[at] !== '"'; ) {
      const next = line[at + 1];
      if (line[at] === '\\' && next !== undefined && '"\\$`\n'.includes(next)) {
        if (next !== '\n') text += next;
        at += 2;
      } else {
        expansion();
        text += line[at++];
      }
    }
    if (at >= line.length) trouble.push({ reason: 'openQuote', text: '"', start: open, end: open + 1 });
    at++;
    return text;
  };
  const escaped = (): string => {
    const newline = /^\\\r?\n/.exec(line.slice(at, at + 3))?.[0];
    const text = newline === undefined ? (line[at + 1] ?? '\\') : '';
    at += newline?.length ?? 2;
    return text;
  };

  while (at < line.length) {
    const char = line[at] ?? '';
    if (BLANK.test(char)) at++;
    else if (char === '\\' && /^\\\r?\n/.test(line.slice(at, at + 3))) escaped();
    else if (char === '#') at = endOfLine(line, at);
    else if (OPERATOR.test(char)) {
      trouble.push({ reason: 'operator', text: line.slice(at).trim(), start: at, end: line.length });
      break;
    } else {
      const start = at;
      let text = '';
      while (at < line.length && !BLANK.test(line[at] ?? '') && !OPERATOR.test(line[at] ?? '')) {
        if (line[at] === "'") text += singleQuoted();
        else if (line[at] === '"') text += doubleQuoted();
        else if (line[at] === '\\') text += escaped();
        else {
          expansion();
          text += line[at++];
        }
      }
      words.push({ text, start, end: Math.min(at, line.length) });
    }
  }
  return { words, trouble };
}

/** The word so that a shell reads it as it is. */
export function quoteShellWord(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function endOfLine(line: string, from: number): number {
  const end = line.indexOf('\n', from);
  return end < 0 ? line.length : end;
}
