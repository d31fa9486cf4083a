import type { Pair } from './draft.ts';

export interface EnvFile {
  variables: Pair[];
  /** Lines that say no variable, from 1. */
  bad: { line: number; text: string }[];
}

/** `NAME=value` to a line, as `docker run --env-file` reads it: no quotes, no expansion; blank lines and `#` lines say nothing. */
export function parseEnvFile(text: string): EnvFile {
  const variables = new Map<string, string>();
  const bad: EnvFile['bad'] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const trimmed = line.trimStart();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const equals = trimmed.indexOf('=');
    const name = equals < 0 ? '' : trimmed.slice(0, equals);
    if (name === '' || /[\s\0]/.test(name)) bad.push({ line: index + 1, text: line });
    else variables.set(name, trimmed.slice(equals + 1));
  }
  return { variables: [...variables], bad };
}

/** The rows with the file's variables: those of the same name get its value, the others follow. */
export function mergeVariables(rows: readonly Pair[], added: readonly Pair[]): Pair[] {
  const values = new Map(added);
  const kept = rows.filter(([name, value]) => name !== '' || value !== '').map(([name, value]): Pair => [name, values.get(name) ?? value]);
  const known = new Set(kept.map(([name]) => name));
  return [...kept, ...added.filter(([name]) => !known.has(name))];
}
