import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RowHeights } from './row-heights.ts';

test('rows stand below each other, whatever was measured, and every offset belongs to the row that covers it', () => {
  const measurements = fc.array(fc.tuple(fc.nat(200), fc.constantFrom(18, 36, 54, 180)), { maxLength: 60 });
  fc.assert(
    fc.property(measurements, fc.nat(100), fc.nat(4000), (all, first, offset) => {
      const heights = new RowHeights(18);
      const known = new Map<number, number>();
      for (const [row, height] of all) {
        heights.set(new Map([[row, height]]));
        known.set(row, height);
      }
      const end = 201;
      let at = 0;
      for (let row = first; row < end; row++) {
        expect(heights.offsetOf(row, first)).toBe(at);
        const height = known.get(row) ?? 18;
        if (offset >= at && offset < at + height) expect(heights.rowAt(offset, first, end)).toBe(row);
        at += height;
      }
    }),
  );
});

test('says whether anything changed', () => {
  const heights = new RowHeights(18);
  expect(heights.set(new Map([[3, 18]]))).toBe(false);
  expect(heights.set(new Map([[3, 36]]))).toBe(true);
  expect(heights.set(new Map([[3, 36]]))).toBe(false);
  expect(heights.set(new Map([[3, 18]]))).toBe(true);
  expect(heights.offsetOf(10, 0)).toBe(180);
});
