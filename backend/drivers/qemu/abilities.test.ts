import { expect, test } from 'vitest';
import { allows } from './abilities.ts';

test.each([
  ['', false],
  ['allow br0', true],
  ['# allow br0', false],
  ['allow all\n', true],
  ['allow br1', false],
  ['allow all\ndeny br0', false],
])('a bridge by the rules %j', (rules, allowed) => {
  expect(allows(rules, 'br0')).toBe(allowed);
});
