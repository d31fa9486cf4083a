import { afterEach, expect, test, vi } from 'vitest';
import { LogBuffer } from './log-buffer.ts';
import { LogMatches } from './log-matches.ts';
import { compileQuery, findInLines, type LogQuery } from './log-query.ts';
import { allRows, FilteredRows } from './log-rows.ts';
import { LogSearch, type SearchThread } from './log-search.ts';
import type { SearchAnswer, SearchRequest } from './search-worker.ts';

afterEach(() => vi.useRealTimers());

const plain = (text: string, caseSensitive = false): LogQuery => ({ text, regex: false, caseSensitive });
const regex = (text: string): LogQuery => ({ text, regex: true, caseSensitive: false });
const found = (text: string, query: LogQuery) => findInLines([text], compileQuery(query));

function bufferOf(texts: string[], maxLines = 10_000): LogBuffer {
  const buffer = new LogBuffer({ maxLines, maxChars: 1e9 });
  append(buffer, ...texts);
  return buffer;
}

function append(buffer: LogBuffer, ...texts: string[]): void {
  buffer.append({ text: texts.join('\n'), timesMs: texts.map(() => null), runs: [{ source: 0, stream: 'stdout', lines: texts.length }] });
}

/** What the worker does, when the test says so. */
class TestThread implements SearchThread {
  readonly #waiting: SearchRequest[] = [];
  #listener: (answer: SearchAnswer) => void = () => {};
  #expression = /$^/g;
  terminated = false;

  postMessage(request: SearchRequest): void {
    this.#waiting.push(request);
  }

  onAnswer(listener: (answer: SearchAnswer) => void): void {
    this.#listener = listener;
  }

  terminate(): void {
    this.terminated = true;
  }

  answerAll(): void {
    for (let request = this.#waiting.shift(); request !== undefined; request = this.#waiting.shift()) {
      if ('query' in request) this.#expression = compileQuery(request.query);
      this.#listener('query' in request ? null : Int32Array.from(findInLines(request.text.split('\n'), this.#expression)));
    }
  }
}

test('a plain query means its characters', () => {
  expect(found('a.b axb [x] (y) $1', plain('a.b'))).toEqual([0, 0, 3]);
  expect(found('Error ERROR', plain('error'))).toHaveLength(6);
  expect(found('Error ERROR', plain('ERROR', true))).toEqual([0, 6, 11]);
  for (const text of ['[', '(', '\\', '*', '/', '-', '^$', '한글', '🐳']) expect(found(`x${text}y`, plain(text))).toHaveLength(3);
});

test('a regular expression is one, a broken one says so, and colours are not in its way', () => {
  expect(found('GET /a 200, GET /b 404', regex('get /\\w (\\d+)'))).toEqual([0, 0, 10, 0, 12, 22]);
  expect(found('a-b', regex('a\\-b'))).toHaveLength(3);
  expect(found('abc', regex('x*'))).toEqual([]);
  expect(found('\x1b[31mred\x1b[0m hot', regex('red hot'))).toEqual([0, 0, 7]);
  expect(() => compileQuery(regex('a('))).toThrow(SyntaxError);
});

test('finds matches in what is there and in lines that come while it looks, and forgets those that were let go', () => {
  const buffer = bufferOf(['hit', 'miss', 'hit hit'], 3);
  const thread = new TestThread();
  const search = new LogSearch(buffer, plain('hit'), thread);
  expect([search.state, search.matches.count]).toEqual(['searching', 0]);
  thread.answerAll();
  expect([search.state, search.scanned, search.matches.count]).toEqual(['upToDate', 3, 3]);
  expect(search.matches.of(2)).toEqual([
    { start: 0, end: 3 },
    { start: 4, end: 7 },
  ]);
  append(buffer, 'a hit');
  expect(search.matches.count).toBe(2);
  thread.answerAll();
  expect(search.matches.at(2)).toEqual({ line: 3, start: 2, end: 5 });
  search.dispose();
  expect(thread.terminated).toBe(true);
});

test('lines that were let go before the answer came are not counted', () => {
  const buffer = bufferOf(['hit 0', 'hit 1'], 2);
  const thread = new TestThread();
  const search = new LogSearch(buffer, plain('hit'), thread);
  append(buffer, 'hit 2');
  thread.answerAll();
  expect([search.matches.count, search.matches.at(0)?.line]).toEqual([2, 1]);
});

test('an expression that does not end is ended, and says so', () => {
  vi.useFakeTimers();
  const thread = new TestThread();
  const search = new LogSearch(bufferOf([`${'a'.repeat(40)}!`]), regex('(a+)+$'), thread);
  // The query is taken; the lines are never answered.
  thread.postMessage = () => {};
  thread.answerAll();
  vi.runOnlyPendingTimers();
  expect([search.state, thread.terminated]).toEqual(['tooSlow', true]);
});

test('goes to the next match from any place', () => {
  const matches = new LogMatches();
  expect(matches.indexFrom(0)).toBe(0);
  matches.add(10, Int32Array.from([0, 0, 3, 0, 4, 7, 2, 0, 3]));
  expect([matches.indexFrom(0), matches.indexFrom(10, 1), matches.indexFrom(11), matches.indexFrom(13)]).toEqual([0, 1, 2, 3]);
  expect([matches.has(10), matches.has(11), matches.of(11)]).toEqual([true, false, []]);
  matches.dropBefore(11);
  expect([matches.count, matches.at(0)?.line, matches.at(1)]).toEqual([1, 12, undefined]);
});

test('rows keep their numbers while older lines go, filtered or not', () => {
  const buffer = bufferOf(['a', 'hit', 'b', 'hit'], 4);
  const matches = new LogMatches();
  matches.add(0, Int32Array.from([1, 0, 3, 3, 0, 3]));
  const filtered = new FilteredRows(buffer, { stream: null, hiddenSources: new Set(), matches });
  expect(filtered.scan(buffer.end)).toBe(true);
  const rows = filtered.rows(buffer.end);
  expect([rows.first, rows.end, rows.lineAt(0), rows.lineAt(1), rows.rowOf(2)]).toEqual([0, 2, 1, 3, 1]);
  append(buffer, 'c', 'd');
  filtered.scan(buffer.end);
  expect(filtered.rows(buffer.end)).toMatchObject({ first: 1, end: 2 });
  expect(allRows(buffer, buffer.end)).toMatchObject({ first: 2, end: 6 });
});

test('only the stream and the machines that are wanted have rows', () => {
  const buffer = new LogBuffer();
  buffer.append({
    text: 'a\nb\nc',
    timesMs: [1, 2, 3],
    runs: [
      { source: 0, stream: 'stdout', lines: 1 },
      { source: 0, stream: 'stderr', lines: 1 },
      { source: 1, stream: 'stderr', lines: 1 },
    ],
  });
  const linesOf = (stream: 'stderr' | null, hidden: number[]) => {
    const filtered = new FilteredRows(buffer, { stream, hiddenSources: new Set(hidden), matches: null });
    filtered.scan(buffer.end);
    const rows = filtered.rows(buffer.end);
    return Array.from({ length: rows.end - rows.first }, (_, at) => rows.lineAt(rows.first + at));
  };
  expect(linesOf('stderr', [])).toEqual([1, 2]);
  expect(linesOf(null, [0])).toEqual([2]);
  expect(linesOf('stderr', [1])).toEqual([1]);
});
