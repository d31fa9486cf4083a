import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linePath } from './Sparkline.tsx';
import { stackPaths } from './StackedArea.tsx';

const values = fc.array(fc.oneof(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.constant(Number.NaN)), { maxLength: 130 });

test('no value makes a path that cannot be drawn, or one outside its box', () => {
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1e12, noNaN: true }), (line, max) => {
      for (const path of [linePath({ values: line, max }), ...stackPaths({ layers: [line, line], max })]) {
        expect(path).not.toMatch(/NaN|Infinity/);
        const numbers = [...path.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)];
        for (const [, x, y] of numbers) {
          expect(Number(x)).toBeLessThanOrEqual(240);
          expect(Number(y)).toBeGreaterThanOrEqual(0);
          expect(Number(y)).toBeLessThanOrEqual(64);
        }
      }
    }),
  );
});

test('a gap lifts the pen, and a lone value is a dot', () => {
  expect(linePath({ values: [1, 1, Number.NaN, 1], max: 1 }).match(/M/g)).toHaveLength(2);
  expect(linePath({ values: [Number.NaN, 1, Number.NaN], max: 1 })).toContain('h0.1');
  expect(linePath({ values: [Number.NaN], max: 1 })).toBe('');
});

test('layers stand on each other, and a gap in the first is a gap in all', () => {
  const [bottom, top] = stackPaths({
    layers: [
      [1, Number.NaN, 1],
      [1, 1, 1],
    ],
    max: 2,
  });
  expect(bottom?.match(/Z/g)).toHaveLength(2);
  expect(top?.match(/Z/g)).toHaveLength(2);
  expect(top).toContain('M0.00 0.00');
  expect(bottom).toContain('M0.00 32.00');
});
