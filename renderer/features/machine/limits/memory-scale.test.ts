import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memorySteps, nearestStep, parseMemory, safeMemory } from './memory-scale.ts';

const MIB = 1024 * 1024;

test('steps rise from the least to all that the host has', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 65, max: 4_000_000 }), (least, host) => {
      const steps = memorySteps(least * MIB, host * MIB);
      expect(steps.at(-1)).toBe(host * MIB);
      expect(steps[0]).toBeGreaterThanOrEqual(least * MIB);
      expect(steps.every((step, index) => index === 0 || step > (steps[index - 1] ?? 0))).toBe(true);
      for (const [index, step] of steps.entries()) expect(nearestStep(steps, step)).toBe(index);
    }),
  );
});

test('a safe limit is above what is used', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 40 }), (used) => {
      expect(safeMemory(used, 6 * MIB)).toBeGreaterThanOrEqual(Math.max(used, 6 * MIB));
    }),
  );
});

test('what people write', () => {
  expect(parseMemory('256')).toBe(256 * MIB);
  expect(parseMemory(' 1.5 GiB ')).toBe(1536 * MIB);
  expect(parseMemory('2g')).toBe(2048 * MIB);
  expect(parseMemory('512kb')).toBe(512 * 1024);
  expect(parseMemory('0,5 G')).toBe(512 * MIB);
  for (const wrong of ['', 'lots', '-5', '5x', '1 2']) expect(parseMemory(wrong)).toBeNull();
});
