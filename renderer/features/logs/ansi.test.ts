import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cssColor, parseAnsi, plainText } from './ansi.ts';

const ESC = '\x1b';

test('a line without escapes is one span without style', () => {
  expect(parseAnsi('ready')).toEqual([{ text: 'ready', style: {} }]);
  expect(parseAnsi('')).toEqual([]);
});

test('colours, attributes and resets', () => {
  expect(parseAnsi(`a${ESC}[1;31mb${ESC}[22mc${ESC}[0md${ESC}[me`)).toEqual([
    { text: 'a', style: {} },
    { text: 'b', style: { bold: true, foreground: 1 } },
    { text: 'c', style: { foreground: 1 } },
    { text: 'd', style: {} },
    { text: 'e', style: {} },
  ]);
  expect(parseAnsi(`${ESC}[97;104mx${ESC}[39;49my`).map((span) => span.style)).toEqual([{ foreground: 15, background: 12 }, {}]);
  expect(parseAnsi(`${ESC}[4mx${ESC}[4:0my`).map((span) => span.style)).toEqual([{ underline: true }, {}]);
});

test('the palette and true colour, in both spellings', () => {
  const style = (codes: string) => parseAnsi(`${ESC}[${codes}mx`)[0]?.style;
  expect(style('38;5;208')).toEqual({ foreground: 208 });
  expect(style('38:5:208')).toEqual({ foreground: 208 });
  expect(style('48;2;1;2;255')).toEqual({ background: '#0102ff' });
  expect(style('48:2::1:2:255')).toEqual({ background: '#0102ff' });
  expect(style('48:2:1:2:255')).toEqual({ background: '#0102ff' });
  expect(style('38;5;208;1')).toEqual({ foreground: 208, bold: true });
  expect(style('38;2;1;2;3;4')).toEqual({ foreground: '#010203', underline: true });
  expect(style('38;5;999')).toEqual({});
  expect(style('38')).toEqual({});
});

test('other sequences leave nothing behind', () => {
  expect(plainText(`${ESC}[2J${ESC}[10;20Hhello${ESC}[K${ESC}]0;title\x07 world${ESC}]8;;http://x${ESC}\\!${ESC}(B${ESC}[?25h\x07`)).toBe(
    'hello world!',
  );
  expect(plainText(`cut ${ESC}`)).toBe('cut ');
  expect(plainText('a\tb')).toBe('a\tb');
  expect(parseAnsi(`${ESC}[>4;2mx`)).toEqual([{ text: 'x', style: {} }]);
});

test('of a line that was rewritten, the last state is read', () => {
  expect(plainText('10%\r50%\r100%')).toBe('100%');
  expect(plainText('100%\r')).toBe('100%');
  expect(plainText('\r\r')).toBe('');
});

test('whatever the line, the spans joined are its plain text', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(`${ESC}[`, `${ESC}[31m`, `${ESC}[0m`, `${ESC}]0;t`, '\x07', '\r', `${ESC}\\`, '한글', '🐳', `${ESC}[38;2;`, 'm'),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const raw = pieces.join('');
      const plain = plainText(raw);
      expect(
        parseAnsi(raw)
          .map((span) => span.text)
          .join(''),
      ).toBe(plain);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
      expect(plain).not.toMatch(/[\x00-\x08\x0a-\x1f\x7f]/);
    }),
  );
});

test('palette indices become colours of the theme, the cube, and the grey ramp', () => {
  expect(cssColor(1)).toBe('var(--color-ansi-1)');
  expect(cssColor(16)).toBe('rgb(0, 0, 0)');
  expect(cssColor(208)).toBe('rgb(255, 135, 0)');
  expect(cssColor(231)).toBe('rgb(255, 255, 255)');
  expect(cssColor(232)).toBe('rgb(8, 8, 8)');
  expect(cssColor('#010203')).toBe('#010203');
});
