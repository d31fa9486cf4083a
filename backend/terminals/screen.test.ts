import { SerializeAddon } from '@xterm/addon-serialize/lib/addon-serialize.mjs';
import { Unicode11Addon } from '@xterm/addon-unicode11/lib/addon-unicode11.mjs';
import { Terminal } from '@xterm/headless/lib-headless/xterm-headless.mjs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { afterLastControl, lastLinesStart } from './plain-text.ts';
import { Screen } from './screen.ts';

const size = { cols: 20, rows: 8 };
const scrollback = 12;

/** What a terminal shows that was fed every byte at once. */
async function fullyFed(bytes: Uint8Array): Promise<string> {
  const terminal = new Terminal({ ...size, scrollback, allowProposedApi: true, logLevel: 'off' });
  const serializer = new SerializeAddon();
  terminal.loadAddon(serializer);
  terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = '11';
  await new Promise<void>((resolve) => terminal.write(bytes, resolve));
  return serializer.serialize();
}

async function lazilyFed(chunks: Uint8Array[], lazyBytes: number): Promise<string> {
  using screen = new Screen({ ...size, scrollback, lazyBytes });
  for (const chunk of chunks) screen.push(chunk);
  const text = Buffer.from(await screen.serialize()).toString();
  return text.replace('\x1b[?25l', '');
}

const plainLine = fc
  .tuple(
    fc.string({ unit: fc.constantFrom('a', 'm', ' ', '\t', '한', '🚤', 'é', '\r', '─'), maxLength: 50 }),
    fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\n\r'),
  )
  .map(([text, end]) => text + end);
/** Modes, margins, screens, half sequences, cursor moves, characters cut in two: everything that could make skipping wrong. */
const trouble = fc.constantFrom(
  '\x1b[31m',
  '\x1b[44m',
  '\x1b[0m',
  '\x1b[2;4r',
  '\x1b[7;8r',
  `\x1b[${'0;'.repeat(40)}7`,
  '\x1b[r',
  '\x1b[?1049h',
  '\x1b[?1049l',
  '\x1b[3',
  '\x1b]0;title',
  '\x07',
  '\x1b[2J',
  '\x1b[H',
  '\x1b[3A',
  '\x1b[?7l',
  '\x1b[4h',
  '\x1b(0',
  '\x0e',
  '\u009b31m',
  '\u0085',
  '\x1bM',
  '\x1b[?6h',
  '\x1bP1$r',
  '\x08\x08',
  '\x1b[5L',
  '\x1b7',
  '\x1b8',
  '\x1bc',
);
const numbered = Array.from({ length: 60 }, (_, line) => `line ${line}\r\n`).join('');
const flood = fc.array(plainLine, { minLength: 30, maxLength: 120 }).map((lines) => lines.join(''));
const output = fc.array(fc.oneof({ weight: 3, arbitrary: flood }, { weight: 2, arbitrary: trouble }, plainLine), { maxLength: 8 });

describe('the screen', () => {
  test('shows the same as a terminal that was fed every byte, however the bytes were cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        output,
        fc.array(fc.nat(20_000), { maxLength: 4 }),
        fc.constantFrom(1, 1000, 5000, 1_000_000),
        async (parts, cuts, lazyBytes) => {
          const bytes = Buffer.from(parts.join(''));
          expect(await lazilyFed(cut(bytes, cuts), lazyBytes)).toBe(await fullyFed(bytes));
        },
      ),
      {
        numRuns: 400,
        examples: [
          [[`\x1b[${'0;'.repeat(40)}7`, 'm line\r\n'.repeat(60)], [], 1_000_000],
          [['\x1b[7;8r', numbered], [], 1_000_000],
        ],
      },
    );
  });

  test('skips what cannot be seen any more', async () => {
    const lines = Buffer.from(Array.from({ length: 5000 }, (_, line) => `line ${line}\r\n`).join(''));
    expect(lastLinesStart(lines, 30)).toBeGreaterThan(lines.byteLength * 0.99);
    expect(afterLastControl(lines)).toBe(0);
    expect(await lazilyFed([lines], 1)).toBe(await fullyFed(lines));
  });

  test('keeps a resize between the bytes around it', async () => {
    using screen = new Screen({ ...size, scrollback, lazyBytes: 1e6 });
    screen.push(Buffer.from('0123456789abcde'));
    screen.resize({ cols: 30, rows: 8 });
    screen.push(Buffer.from('fghijklmnopq\r\nnext'));
    expect(Buffer.from(await screen.serialize()).toString()).toBe('0123456789abcdefghijklmnopq\r\nnext');
  });

  test('a hidden cursor stays hidden', async () => {
    using screen = new Screen({ ...size, scrollback, lazyBytes: 1e6 });
    screen.push(Buffer.from('x\x1b[?25l'));
    expect(Buffer.from(await screen.serialize()).toString()).toContain('\x1b[?25l');
  });

  test('says when it cannot keep up', async () => {
    using screen = new Screen({ ...size, scrollback, lazyBytes: 1000 });
    screen.push(Buffer.alloc(5000, '\x1b[31mred'));
    expect(screen.isFull).toBe(true);
    await screen.settled();
    expect(screen.isFull).toBe(false);
  });
});

describe('plain text', () => {
  test.each([
    ['printable, tab and line ends', 'abc\tdéf 한🚤\r\n', 0],
    ['an escape', 'ab\x1bcd', 3],
    ['delete', 'ab\x7f', 3],
    ['a C1 control in UTF-8', 'a\u009bb', 3],
    ['a letter that ends like one', 'a\u011bb', 0],
  ])('%s', (_, text, expected) => {
    expect(afterLastControl(Buffer.from(text))).toBe(expected);
  });

  test('a first byte that may end a control begun earlier counts', () => {
    expect(afterLastControl(Buffer.from([0x9b, 0x41]))).toBe(1);
  });

  test('the last lines begin at a whole line end', () => {
    const text = Buffer.from('one\r\ntwo\nthree\r\nfour');
    expect(lastLinesStart(text, 1)).toBe(14);
    expect(lastLinesStart(text, 2)).toBe(3);
    expect(lastLinesStart(text, 4)).toBe(0);
  });
});

function cut(bytes: Buffer, at: number[]): Buffer[] {
  const edges = [0, ...at.map((edge) => Math.min(edge, bytes.byteLength)).sort((a, b) => a - b), bytes.byteLength];
  return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
}
