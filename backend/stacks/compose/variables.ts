/** One `$NAME` or `${NAME…}` of a Compose file (https://docs.docker.com/reference/compose-file/interpolation/). */
export interface Variable {
  name: string;
  /** What follows when it is missing: nothing, a default, an error, or (`+`) what stands in its place when it is there. */
  operator: '' | ':-' | '-' | ':?' | '?' | ':+' | '+';
  /** The default, the error's words, or the replacement; may hold variables itself. */
  argument: string;
}

export type Piece = { type: 'text'; text: string } | { type: 'variable'; at: number; variable: Variable } | { type: 'invalid'; at: number };

export type Lookup = (name: string) => string | undefined;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;
const OPERATOR = /^(:-|:\?|:\+|-|\?|\+)/;

/** Takes a text apart; `at` is the index of the dollar sign. `$$` is a dollar sign in the text. */
export function readVariables(text: string): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  const addText = (words: string) => {
    if (words !== '') pieces.push({ type: 'text', text: words });
  };
  for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', done)) {
    addText(text.slice(done, at));
    if (text[at + 1] === '$') {
      addText('$');
      done = at + 2;
      continue;
    }
    const found = text[at + 1] === '{' ? readBraced(text, at) : readBare(text, at);
    pieces.push(found === null ? { type: 'invalid', at } : { type: 'variable', at, variable: found.variable });
    done = found?.end ?? at + 1;
  }
  addText(text.slice(done));
  return pieces;
}

function readBare(text: string, at: number): { variable: Variable; end: number } | null {
  const name = NAME.exec(text.slice(at + 1))?.[0];
  return name === undefined ? null : { variable: { name, operator: '', argument: '' }, end: at + 1 + name.length };
}

function readBraced(text: string, at: number): { variable: Variable; end: number } | null {
  const name = NAME.exec(text.slice(at + 2))?.[0];
  if (name === undefined) return null;
  const afterName = at + 2 + name.length;
  if (text[afterName] === '}') return { variable: { name, operator: '', argument: '' }, end: afterName + 1 };
  const operator = OPERATOR.exec(text.slice(afterName))?.[0] as Variable['operator'] | undefined;
  if (operator === undefined) return null;
  const start = afterName + operator.length;
  const end = closingBrace(text, start);
  return end < 0 ? null : { variable: { name, operator, argument: text.slice(start, end) }, end: end + 1 };
}

function closingBrace(text: string, start: number): number {
  let open = 0;
  for (let index = start; index < text.length; index++) {
    if (text[index] === '{' && text[index - 1] === '$') open++;
    else if (text[index] === '}' && open-- === 0) return index;
  }
  return -1;
}

/** Every variable of a text that has no value here, and what is no variable at all; those inside of defaults that are used, too. */
export function missingVariables(
  text: string,
  lookup: Lookup,
): { at: number; kind: 'missing' | 'required' | 'invalid'; name: string; words: string }[] {
  return readVariables(text).flatMap((piece) => {
    if (piece.type === 'text') return [];
    if (piece.type === 'invalid') return [{ at: piece.at, kind: 'invalid' as const, name: '', words: text.slice(piece.at, piece.at + 20) }];
    const { name, operator, argument } = piece.variable;
    if (isThere(piece.variable, lookup)) return [];
    if (operator === '') return [{ at: piece.at, kind: 'missing' as const, name, words: '' }];
    if (operator.endsWith('?')) return [{ at: piece.at, kind: 'required' as const, name, words: argument }];
    if (operator.endsWith('-')) return missingVariables(argument, lookup).map((inner) => ({ ...inner, at: piece.at }));
    return [];
  });
}

/** The text as Compose reads it; null when a variable of it has no value here. */
export function interpolate(text: string, lookup: Lookup): string | null {
  let result = '';
  for (const piece of readVariables(text)) {
    const value = piece.type === 'text' ? piece.text : piece.type === 'invalid' ? null : resolveVariable(piece.variable, lookup);
    if (value === null) return null;
    result += value;
  }
  return result;
}

function resolveVariable(variable: Variable, lookup: Lookup): string | null {
  const { name, operator, argument } = variable;
  const there = isThere(variable, lookup);
  if (operator.endsWith('+')) return there ? interpolate(argument, lookup) : '';
  if (there) return lookup(name) ?? null;
  return operator.endsWith('-') ? interpolate(argument, lookup) : null;
}

/** With a colon, an empty value counts as none. */
function isThere({ name, operator }: Variable, lookup: Lookup): boolean {
  const value = lookup(name);
  return value !== undefined && (value !== '' || !operator.startsWith(':'));
}
