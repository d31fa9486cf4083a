/**
 * Which files of a build context are left out, by Docker's rules. It stands here because the page packs a dropped folder by the
 * same rules by which the backend reads one.
 * https://docs.docker.com/build/concepts/context/#dockerignore-files · https://github.com/moby/patternmatcher
 */
export class IgnoreRules {
  readonly #patterns: readonly Pattern[];

  /** @throws IgnoreSyntaxError with the line of a pattern that is none */
  constructor(text: string) {
    this.#patterns = readPatterns(text);
  }

  /** Whether a path (relative, with `/`) is left out: the last pattern that matches it, or a folder above it, decides. */
  ignores(path: string): boolean {
    const above = prefixesOf(path);
    let ignored = false;
    for (const { negated, expression } of this.#patterns) {
      // A pattern can only change what is not so already.
      if (negated !== ignored) continue;
      if (above.some((prefix) => expression.test(prefix))) ignored = !negated;
    }
    return ignored;
  }

  /** Whether something in a folder that is itself left out may be taken all the same. */
  mayTakeFrom(folder: string): boolean {
    return this.#patterns.some(({ negated, literal }) => {
      if (!negated) return false;
      const prefix = `${folder}/`;
      return literal.startsWith(prefix) || prefix.startsWith(literal);
    });
  }
}

export class IgnoreSyntaxError extends Error {
  override readonly name = 'IgnoreSyntaxError';
  readonly line: number;

  constructor(line: number, pattern: string) {
    super(`“${pattern}” is not a pattern`);
    this.line = line;
  }
}

interface Pattern {
  negated: boolean;
  expression: RegExp;
  /** What of it has no wildcard, up to the last `/` before the first one; all of it and a `/` when it has none. */
  literal: string;
}

function readPatterns(text: string): Pattern[] {
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .flatMap((raw, index): Pattern[] => {
      // Only a # in the first column begins a comment.
      if (raw.startsWith('#')) return [];
      const line = raw.trim();
      const negated = line.startsWith('!');
      const written = negated ? line.slice(1).trim() : line;
      if (written === '') return [];
      const pattern = cleanPath(written).replace(/^\/(?=.)/, '');
      try {
        return [{ negated, expression: new RegExp(`^${toExpression(pattern)}$`, 'su'), literal: literalPart(pattern) }];
      } catch {
        throw new IgnoreSyntaxError(index + 1, written);
      }
    });
}

/** As Go's path.Clean: no `.`, no empty part, `..` taken back where there is something to take back. */
function cleanPath(path: string): string {
  const rooted = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '..' || !rooted) parts.push(part);
  }
  return `${rooted ? '/' : ''}${parts.join('/')}` || (rooted ? '/' : '.');
}

function toExpression(pattern: string): string {
  const characters = [...pattern];
  let source = '';
  let inClass = false;
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? '';
    if (character === '\\') {
      at++;
      // A backslash at the end escapes nothing: the pattern is refused.
      if (at >= characters.length) throw new SyntaxError('trailing backslash');
      source += quote(characters[at] ?? '');
    } else if (inClass) {
      if (character === ']') inClass = false;
      source += character === '[' ? '\\[' : character;
    } else if (character === '[') {
      inClass = true;
      source += character;
    } else if (character === '*' && characters[at + 1] === '*') {
      at++;
      if (characters[at + 1] === '/') at++;
      source += at + 1 === characters.length ? '.*' : '(?:.*/)?';
    } else if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else source += quote(character);
  }
  if (inClass) throw new SyntaxError('unclosed class');
  return source;
}

function quote(character: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character === '-' ? '\\x2d' : character;
}

function literalPart(pattern: string): string {
  const wild = pattern.search(/[*?[\\]/);
  if (wild === -1) return `${pattern}/`;
  return pattern.slice(0, pattern.lastIndexOf('/', wild) + 1);
}

/** `a/b/c` → `a`, `a/b`, `a/b/c` */
function prefixesOf(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
