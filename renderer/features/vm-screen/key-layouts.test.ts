import { expect, test } from 'vitest';
import { KEY_LAYOUT_NAMES, keyPresses } from './key-layouts.ts';

const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');

test.each(KEY_LAYOUT_NAMES)('%s has keys for all of ASCII, no two characters by the same', (name) => {
  const { presses, missing } = keyPresses(PRINTABLE, name);
  expect(missing).toEqual([]);
  const each = [...PRINTABLE].map((character) => JSON.stringify(keyPresses(character, name).presses));
  expect(new Set(each).size).toBe(PRINTABLE.length);
  expect(presses.length).toBeGreaterThanOrEqual(PRINTABLE.length);
});

test('keys are those of the layout, with their modifiers; a dead one is followed by the space bar', () => {
  const plain = { shift: false, altGr: false };
  expect(keyPresses('yZ', 'de').presses).toEqual([
    { code: 'KeyZ', ...plain },
    { code: 'KeyY', shift: true, altGr: false },
  ]);
  expect(keyPresses('@', 'de').presses).toEqual([{ code: 'KeyQ', shift: false, altGr: true }]);
  expect(keyPresses('@', 'fr').presses).toEqual([{ code: 'Digit0', shift: false, altGr: true }]);
  expect(keyPresses('^', 'de').presses.map(({ code }) => code)).toEqual(['Backquote', 'Space']);
  expect(keyPresses('1', 'fr').presses).toEqual([{ code: 'Digit1', shift: true, altGr: false }]);
});

test('lines end by Enter, whatever they ended with, and what has no key is named once', () => {
  expect(keyPresses('a\r\nb\n', 'us').presses.map(({ code }) => code)).toEqual(['KeyA', 'Enter', 'KeyB', 'Enter']);
  expect(keyPresses('한글 한', 'kr')).toEqual({ presses: [{ code: 'Space', shift: false, altGr: false }], missing: ['한', '글'] });
});
