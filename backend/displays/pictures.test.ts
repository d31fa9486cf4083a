import { inflateSync } from 'node:zlib';
import { constantFrom, integer, property, assert as verify } from 'fast-check';
import { expect, test } from 'vitest';
import { encodePng } from './png.ts';
import { shrink } from './shrink.ts';

test('a PNG holds the pixels that it was made of', async () => {
  const rgb = Uint8Array.from({ length: 5 * 3 * 3 }, (_, at) => (at * 37) % 256);
  const png = await encodePng({ widthPx: 5, heightPx: 3, rgb });
  expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([5, 3]);
  const at = png.indexOf('IDAT');
  const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
  const pixels = [0, 1, 2].flatMap((y) => [...rows.subarray(y * 16 + 1, (y + 1) * 16)]);
  expect(pixels).toEqual([...rgb]);
});

test('made small, a picture fits, keeps its shape, and a plain area keeps its colour', () => {
  verify(
    property(integer({ min: 1, max: 700 }), integer({ min: 1, max: 500 }), constantFrom(0, 1, 127, 255), (widthPx, heightPx, value) => {
      const small = shrink({ widthPx, heightPx, rgb: new Uint8Array(widthPx * heightPx * 3).fill(value) }, { width: 320, height: 200 });
      expect(small.widthPx).toBeLessThanOrEqual(320);
      expect(small.heightPx).toBeLessThanOrEqual(200);
      expect(small.rgb.length).toBe(small.widthPx * small.heightPx * 3);
      expect(small.rgb.every((byte) => byte === value)).toBe(true);
      const off = Math.abs(small.heightPx - (small.widthPx * heightPx) / widthPx);
      expect(off).toBeLessThanOrEqual(1 + heightPx / widthPx);
    }),
    { numRuns: 30 },
  );
});

test('letters leave a grey', () => {
  // Every other column is white.
  const rgb = Uint8Array.from({ length: 640 * 400 * 3 }, (_, at) => (Math.floor(at / 3) % 2) * 255);
  const small = shrink({ widthPx: 640, heightPx: 400, rgb }, { width: 320, height: 200 });
  expect(small.rgb[0]).toBeGreaterThan(40);
  expect(small.rgb[0]).toBeLessThan(215);
});
