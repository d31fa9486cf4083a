import { compileQuery, findInLines, type LogQuery } from './log-query.ts';

/** What a page sends: first the query, then pieces of a log; each is answered with its matches. */
export type SearchRequest = { query: LogQuery } | { text: string };
/** `null`: ready for lines. */
export type SearchAnswer = Int32Array<ArrayBuffer> | null;

// Regular expressions may take for ever on a line that was made for it. Here they hold nobody up, and can be ended.
let expression: RegExp | null = null;

addEventListener('message', ({ data }: MessageEvent<SearchRequest>) => {
  if ('query' in data) {
    expression = compileQuery(data.query);
    postMessage(null satisfies SearchAnswer);
  } else if (expression !== null) {
    const found = Int32Array.from(findInLines(data.text.split('\n'), expression));
    postMessage(found satisfies SearchAnswer, { transfer: [found.buffer] });
  }
});
