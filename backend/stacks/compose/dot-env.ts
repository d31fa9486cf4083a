/**
 * A `.env` file as Compose reads it (https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/):
 * `NAME=value` a line, `#` comments, single quotes as they are, double quotes with `\n`, `\t`, `\"` and `\\`.
 */
export function readDotEnv(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const found = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*=\s*(.*)$/.exec(line);
    if (found?.[1] !== undefined) values.set(found[1], readValue(found[2] ?? ''));
  }
  return values;
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t' };

function readValue(raw: string): string {
  const single = /^'([^']*)'/.exec(raw)?.[1];
  if (single !== undefined) return single;
  const double = /^"((?:\\.|[^"\\])*)"/.exec(raw)?.[1];
  if (double !== undefined) return double.replace(/\\(.)/g, (_, char: string) => ESCAPES[char] ?? char);
  return raw.replace(/(^|\s)#.*$/, '').trim();
}
