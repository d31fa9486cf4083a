import fc from 'fast-check';
import { expect, test } from 'vitest';
import { moveActive, selectRange, toggle } from './selection.ts';

test('moving stays on the list, whatever the key', () => {
  const key = fc.constantFrom('j', 'k', 'ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End');
  fc.assert(
    fc.property(key, fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 50 }), fc.nat(), (pressed, count, page, at) => {
      const to = moveActive({ key: pressed, index: (at % (count + 1)) - 1, count, page });
      expect(to).toBeGreaterThanOrEqual(0);
      expect(to).toBeLessThan(count);
    }),
  );
});

test('an empty list has nowhere to move to, and other keys do not move', () => {
  expect(moveActive({ key: 'j', index: -1, count: 0, page: 10 })).toBeNull();
  expect(moveActive({ key: 'x', index: 0, count: 3, page: 10 })).toBeNull();
});

test('toggling twice gives the same selection', () => {
  const before = new Set(['a', 'b']);
  expect(toggle(toggle(before, 'c'), 'c')).toEqual(before);
  expect(toggle(before, 'a')).toEqual(new Set(['b']));
});

test('a range takes everything between its ends in either direction, and keeps what was selected', () => {
  const keys = ['a', 'b', 'c', 'd'];
  expect(selectRange({ keys, from: 'c', to: 'a', selection: new Set(['d']) })).toEqual(new Set(['a', 'b', 'c', 'd']));
  expect(selectRange({ keys, from: 'gone', to: 'b', selection: new Set() })).toEqual(new Set(['b']));
});
