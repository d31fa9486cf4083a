import { posix } from 'node:path';
import type { ContextEntry } from '../../builds.ts';

/**
 * Of all entries those that the patterns name, with what lies below them, the folders above them, and what links among them lead
 * to. No pattern is all. Patterns have `*`, `?` and classes within a name, as COPY does.
 * https://github.com/tonistiigi/fsutil/blob/master/followlinks.go
 */
export function includeOnly(entries: readonly ContextEntry[], patterns: readonly string[]): readonly ContextEntry[] {
  const wanted = new Set(patterns.map(cleanPattern));
  if (wanted.size === 0 || wanted.has('')) return entries;
  const expressions = new Map<string, RegExp[]>();
  const links = entries.filter(({ kind }) => kind === 'link');
  // A link may lead to another one: until nothing is added any more.
  for (let before = -1; before !== wanted.size; ) {
    before = wanted.size;
    for (const link of links) {
      for (const pattern of [...wanted]) {
        const rest = restBehind(link.path, parts(pattern, expressions));
        if (rest === null) continue;
        const target = link.linkTarget.startsWith('/') ? link.linkTarget : posix.join('/', posix.dirname(link.path), link.linkTarget);
        wanted.add(cleanPattern(posix.join(target, ...pattern.split('/').slice(rest))));
      }
    }
    if (wanted.has('')) return entries;
  }
  const all = [...wanted].map((pattern) => parts(pattern, expressions));
  return entries.filter(({ path }) => all.some((pattern) => isNamed(path, pattern)));
}

function cleanPattern(pattern: string): string {
  return posix.join('/', pattern).replace(/^\/|\/$/g, '');
}

/** Its path, a folder above it, or below it. */
function isNamed(path: string, pattern: readonly RegExp[]): boolean {
  const names = path.split('/');
  return names.slice(0, pattern.length).every((name, index) => pattern[index]?.test(name));
}

/** How many of the pattern's parts lead to the path; null when they do not. */
function restBehind(path: string, pattern: readonly RegExp[]): number | null {
  const names = path.split('/');
  return names.length <= pattern.length && isNamed(path, pattern) ? names.length : null;
}

function parts(pattern: string, known: Map<string, RegExp[]>): RegExp[] {
  const found = known.get(pattern) ?? pattern.split('/').map(nameExpression);
  known.set(pattern, found);
  return found;
}

/** Where a class cannot be read, everything of that name's place is sent: more than is needed is no mistake. */
function nameExpression(name: string): RegExp {
  const source = name.replace(/\\.|[*?]|\[[^\]]*\]|[.+^${}()|[\]\\]/gs, (found) => {
    if (found === '*') return '.*';
    if (found === '?') return '.';
    return found.startsWith('[') && found.endsWith(']') && found.length > 2 ? found : found.startsWith('\\') ? found : `\\${found}`;
  });
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    return /^/;
  }
}
