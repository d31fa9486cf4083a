import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bootLines, LogParser } from './log-format.ts';

const T = '2026-11-22T05:09:06.775Z';
const timeMs = Date.parse(T);
const parse = (...chunks: (string | Buffer)[]) => {
  const parser = new LogParser();
  return [...chunks.flatMap((chunk) => parser.push(Buffer.from(chunk))), ...parser.end()];
};

describe('a log of records', () => {
  test('parts are joined, each stream by itself, with the time of the first', () => {
    const later = '2026-11-22T05:09:09.000Z';
    const lines = parse(`${T} stdout P hel\n${T} stderr F oops\n${later} stdout P lo\n${later} stdout F \n${T} stdout F \n`);
    expect(lines).toEqual([
      { timeMs, stream: 'stderr', text: 'oops' },
      { timeMs, stream: 'stdout', text: 'hello' },
      { timeMs, stream: 'stdout', text: '' },
    ]);
  });

  test('a last word without an end is not lost', () => {
    expect(parse(`${T} stdout P login: \n`)).toEqual([{ timeMs, stream: 'stdout', text: 'login: ' }]);
  });

  test('half a record of a guest that was killed is shown as it is', () => {
    expect(parse('2026-11-2\n')).toEqual([{ timeMs: null, stream: 'stdout', text: '2026-11-2' }]);
  });

  test('a character cut by a part or by a chunk comes out whole', () => {
    const word = Buffer.from('안녕 🌍');
    fc.assert(
      fc.property(fc.nat(word.length), fc.nat(200), (cut, chunkAt) => {
        const bytes = Buffer.concat([
          ...[Buffer.from(`${T} stdout P `), word.subarray(0, cut), Buffer.from('\n')],
          ...[Buffer.from(`${T} stdout F `), word.subarray(cut), Buffer.from('\n')],
        ]);
        expect(parse(bytes.subarray(0, chunkAt), bytes.subarray(chunkAt))).toEqual([{ timeMs, stream: 'stdout', text: '안녕 🌍' }]);
      }),
    );
  });

  test('the kernel’s console has neither times nor carriage returns', () => {
    expect(bootLines(Buffer.from('[ 0.1] a\r\n[ 0.2] b\r\n'))).toEqual([
      { timeMs: null, stream: 'boot', text: '[ 0.1] a' },
      { timeMs: null, stream: 'boot', text: '[ 0.2] b' },
    ]);
    expect(bootLines(Buffer.alloc(0))).toEqual([]);
  });
});
