import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogLine } from '../../contract/index.ts';
import { frames } from './frames.ts';
import { linesOfFrames, linesOfTerminal } from './logs.ts';

const TIME = '2026-11-22T05:03:52.115236751Z';

function frame(stream: 'stdout' | 'stderr', payload: string | Buffer): Buffer {
  const body = Buffer.from(payload as string);
  const header = Buffer.alloc(8);
  header[0] = stream === 'stdout' ? 1 : 2;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

/** Cut at any places. */
async function* cut(bytes: Buffer, places: number[]): AsyncGenerator<Buffer> {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const to of [...sorted, bytes.length]) {
    if (to > from) yield bytes.subarray(from, to);
    from = to;
  }
}

async function all(batches: AsyncIterable<LogLine[]>): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const batch of batches) lines.push(...batch);
  return lines;
}

const line = fc.record({ stream: fc.constantFrom('stdout' as const, 'stderr' as const), text: fc.string({ unit: 'grapheme' }) });
const lines = fc.array(
  line.map(({ stream, text }) => ({ stream, text: text.replace(/[\r\n]/g, ' ') })),
  { maxLength: 20 },
);

test('frames come out as they went in, wherever the chunks are cut', async () => {
  await fc.assert(
    fc.asyncProperty(lines, fc.array(fc.nat(), { maxLength: 30 }), async (wanted, places) => {
      const bytes = Buffer.concat(wanted.map(({ stream, text }) => frame(stream, text)));
      const found: { stream: string; text: string }[] = [];
      for await (const batch of frames(cut(bytes, places))) {
        for (const { stream, payload } of batch) found.push({ stream, text: payload.toString() });
      }
      expect(found).toEqual(wanted);
    }),
  );
});

test('lines of both streams are whole, timed, and hold no broken character, wherever the chunks are cut', async () => {
  await fc.assert(
    fc.asyncProperty(lines, fc.array(fc.nat(), { maxLength: 30 }), async (wanted, places) => {
      const bytes = Buffer.concat(wanted.map(({ stream, text }) => frame(stream, `${TIME} ${text}\n`)));
      expect(await all(linesOfFrames(cut(bytes, places)))).toEqual(wanted.map((each) => ({ ...each, timeMs: Date.parse(TIME) })));
    }),
  );
});

test('a terminal’s log is the same without frames, and its carriage returns are dropped', async () => {
  await fc.assert(
    fc.asyncProperty(lines, fc.array(fc.nat(), { maxLength: 30 }), async (wanted, places) => {
      const bytes = Buffer.from(wanted.map(({ text }) => `${TIME} ${text}\r\n`).join(''));
      const found = await all(linesOfTerminal(cut(bytes, places)));
      expect(found.map(({ text }) => text)).toEqual(wanted.map(({ text }) => text));
    }),
  );
});

test('a long line that the engine cut into parts is one line, though each part has a time', async () => {
  const korean = Buffer.from('한'.repeat(10));
  const parts = [
    frame('stdout', Buffer.concat([Buffer.from(`${TIME} `), korean.subarray(0, 16)])),
    frame('stderr', `${TIME} between\n`),
    frame('stdout', Buffer.concat([Buffer.from(`${TIME} `), korean.subarray(16), Buffer.from('\n')])),
  ];
  expect((await all(linesOfFrames(cut(Buffer.concat(parts), [])))).map(({ text }) => text)).toEqual(['between', '한'.repeat(10)]);
});

test('the last line counts without a newline, and a line without a time has none', async () => {
  expect(await all(linesOfFrames(cut(frame('stderr', 'no time, no end'), [])))).toEqual([
    { timeMs: null, stream: 'stderr', text: 'no time, no end' },
  ]);
});

test('a line that never ends does not fill the memory', async () => {
  async function* endless(): AsyncGenerator<Buffer> {
    for (let count = 0; count < 48; count++) yield Buffer.alloc(64 * 1024, 'x');
  }
  const found = await all(linesOfTerminal(endless()));
  expect(found.map(({ text }) => text.length)).toEqual([1024 ** 2, 1024 ** 2, 1024 ** 2]);
});
