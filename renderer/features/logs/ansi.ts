/** An index 0…255 of the xterm palette, or `#rrggbb`. */
export type AnsiColor = number | string;

export interface AnsiStyle {
  foreground?: AnsiColor;
  background?: AnsiColor;
  bold?: true;
  dim?: true;
  italic?: true;
  underline?: true;
  inverse?: true;
  strike?: true;
}

export interface AnsiSpan {
  text: string;
  style: AnsiStyle;
}

/**
 * Control sequences of ECMA-48: CSI (its final byte apart), OSC and the other string sequences with their terminators,
 * two-byte escapes, and single control characters that a log view cannot show. Tab stays.
 */
const CONTROL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  /\x1b\[([0-?]*)[ -/]*([@-~])|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]|[\x00-\x08\x0a-\x1f\x7f]/g;

/** The text as it is read: no control sequences, and only what was written last where a carriage return went back over it. */
export function plainText(raw: string): string {
  const text = afterCarriageReturn(raw);
  CONTROL.lastIndex = 0;
  return CONTROL.test(text) ? text.replace(CONTROL, '') : text;
}

/** Splits a line into spans of one style each; their texts joined are its `plainText`. Every line begins with no style. */
export function parseAnsi(raw: string): AnsiSpan[] {
  const text = afterCarriageReturn(raw);
  const spans: AnsiSpan[] = [];
  let style: AnsiStyle = {};
  let from = 0;
  const push = (to: number) => {
    if (to === from) return;
    const last = spans.at(-1);
    const piece = text.slice(from, to);
    if (last !== undefined && last.style === style) last.text += piece;
    else spans.push({ text: piece, style });
  };
  for (const match of text.matchAll(CONTROL)) {
    push(match.index);
    from = match.index + match[0].length;
    if (match[2] === 'm' && match[1] !== undefined) style = applySgr(style, match[1]);
  }
  push(text.length);
  return spans;
}

/** A progress bar rewrites its line: the last state is the one to read. A final carriage return is only a line ending. */
function afterCarriageReturn(raw: string): string {
  let end = raw.length;
  while (end > 0 && raw[end - 1] === '\r') end--;
  const start = raw.lastIndexOf('\r', end - 1) + 1;
  return start === 0 && end === raw.length ? raw : raw.slice(start, end);
}

function applySgr(before: AnsiStyle, parameters: string): AnsiStyle {
  if (/[<=>?]/.test(parameters)) return before;
  let style = before;
  const groups = parameters.split(';').map((group) => group.split(':').map((code) => (code === '' ? 0 : Number(code))));
  for (let i = 0; i < groups.length; i++) {
    const group = groups[i] ?? [];
    const code = group[0] ?? 0;
    if (code === 38 || code === 48) {
      // Both spellings: `38;5;n` and `38;2;r;g;b` (xterm), `38:5:n` and `38:2::r:g:b` (ISO 8613-6).
      const own = group.length > 1;
      const rest = own ? group.slice(1) : groups.slice(i + 1).map((next) => next[0] ?? 0);
      const { color, used } = readColor(rest, own);
      if (color !== null) style = { ...style, [code === 38 ? 'foreground' : 'background']: color };
      if (!own) i += used;
    } else {
      style = applyCode(style, code, group[1]);
    }
  }
  return style;
}

function readColor(rest: number[], colons: boolean): { color: AnsiColor | null; used: number } {
  if (rest[0] === 5) {
    const index = rest[1];
    return { color: index !== undefined && index <= 255 ? index : null, used: 2 };
  }
  if (rest[0] === 2) {
    const skip = colons && rest.length > 4 ? 2 : 1;
    const rgb = rest.slice(skip, skip + 3);
    const valid = rgb.length === 3 && rgb.every((part) => part <= 255);
    return { color: valid ? `#${rgb.map((part) => part.toString(16).padStart(2, '0')).join('')}` : null, used: 4 };
  }
  return { color: null, used: 1 };
}

const SET: Record<number, keyof AnsiStyle> = {
  1: 'bold',
  2: 'dim',
  3: 'italic',
  4: 'underline',
  7: 'inverse',
  9: 'strike',
  21: 'underline',
};
const CLEAR: Record<number, (keyof AnsiStyle)[]> = {
  22: ['bold', 'dim'],
  23: ['italic'],
  24: ['underline'],
  27: ['inverse'],
  29: ['strike'],
  39: ['foreground'],
  49: ['background'],
};

function applyCode(style: AnsiStyle, code: number, sub: number | undefined): AnsiStyle {
  if (code === 0) return {};
  const key = SET[code];
  // `4:0` is "no underline".
  if (key !== undefined && sub !== 0) return { ...style, [key]: true };
  const cleared = key !== undefined ? [key] : CLEAR[code];
  if (cleared !== undefined) {
    const next = { ...style };
    for (const name of cleared) delete next[name];
    return next;
  }
  if (code >= 30 && code <= 37) return { ...style, foreground: code - 30 };
  if (code >= 40 && code <= 47) return { ...style, background: code - 40 };
  if (code >= 90 && code <= 97) return { ...style, foreground: code - 90 + 8 };
  if (code >= 100 && code <= 107) return { ...style, background: code - 100 + 8 };
  return style;
}

const LEVELS = [0, 95, 135, 175, 215, 255];

/** The first sixteen belong to the theme; the rest is the fixed cube and grey ramp of xterm. */
export function cssColor(color: AnsiColor): string {
  if (typeof color === 'string') return color;
  if (color < 16) return `var(--color-ansi-${color})`;
  if (color >= 232) {
    const grey = 8 + (color - 232) * 10;
    return `rgb(${grey}, ${grey}, ${grey})`;
  }
  const cube = color - 16;
  const level = (n: number) => LEVELS[n % 6];
  return `rgb(${level(Math.floor(cube / 36))}, ${level(Math.floor(cube / 6))}, ${level(cube)})`;
}
