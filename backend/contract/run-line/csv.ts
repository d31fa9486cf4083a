/** One record of RFC 4180, as docker takes the values of `--mount`, `--network` and `--gpus` apart. */
export function fromCsv(text: string): string[] {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (quoted && char === '"' && text[at + 1] === '"') {
      field += '"';
      at++;
    } else if (char === '"' && (quoted || field === '')) quoted = !quoted;
    else if (char === ',' && !quoted) {
      fields.push(field);
      field = '';
    } else field += char;
  }
  return [...fields, field];
}

export function toCsv(fields: readonly string[]): string {
  return fields.map((field) => (/[",\r\n]|^ /.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
}
