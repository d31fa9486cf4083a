/**
 * One argument for a remote login shell, which reads what SSH runs as one string. Single quotes hold everything but
 * themselves; quotes and backslashes go into double quotes, where sh, bash, zsh and fish agree on them (fish alone reads
 * backslashes inside single quotes).
 * @throws RangeError for NUL, which no argument can hold
 */
export function quote(argument: string): string {
  if (argument.includes('\0')) throw new RangeError('an argument cannot hold a NUL');
  if (/^[A-Za-z0-9_./:=@%+,-]+$/.test(argument)) return argument;
  const parts = argument.match(/'+|\\|[^'\\]+/g) ?? [];
  return parts.map((part) => (part === '\\' ? String.raw`"\\"` : part.startsWith("'") ? `"${part}"` : `'${part}'`)).join('') || "''";
}

export function quoteAll(argv: readonly string[]): string {
  return argv.map(quote).join(' ');
}
