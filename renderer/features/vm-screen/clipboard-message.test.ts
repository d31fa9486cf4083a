import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { clipboardMessage, MOST_TEXT_BYTES } from './clipboard-message.ts';

test.each([
  ['nothing', '', ''],
  ['lines end as guests of all kinds read them, and nothing follows', 'Grüße 한글 😀\r\nzwei\rdrei\n', 'Grüße 한글 😀\nzwei\ndrei\n'],
  ['more than one block holds', 'a'.repeat(MOST_TEXT_BYTES), 'a'.repeat(MOST_TEXT_BYTES)],
])('%s', (_what, text, given) => {
  const message = Buffer.from(clipboardMessage(text));
  expect(message.readUInt32BE(0)).toBe(0x10000001);
  // Checks the sum and that the last block is the last one.
  const content = inflateSync(message.subarray(4));
  expect(content.readUInt32BE(0)).toBe(content.length - 4);
  expect(content.subarray(4).toString()).toBe(given);
});

test('what holds the most is less than the mebibyte that QEMU takes', () => {
  expect(clipboardMessage('a'.repeat(MOST_TEXT_BYTES)).length).toBeLessThan(2 ** 20);
});
