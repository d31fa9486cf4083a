import type { Readable } from 'node:stream';

/** The JSON values of a body that has one on each line, those that come together in one batch. */
export async function* jsonLines<T>(body: Readable): AsyncGenerator<T[], void> {
  body.setEncoding('utf8');
  let rest = '';
  for await (const chunk of body as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    const batch = parse<T>(lines);
    if (batch.length > 0) yield batch;
  }
  if (rest.trim() !== '') yield parse<T>([rest]);
}

function parse<T>(lines: string[]): T[] {
  return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as T);
}
