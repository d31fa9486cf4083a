import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { facts } from '../../../i18n/en/facts.ts';

test('every fact that a driver states has a label', () => {
  const drivers = resolve(import.meta.dirname, '../../../../backend/drivers');
  const files = readdirSync(drivers, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !path.includes('.test.'),
  );
  const labels = files.flatMap((path) =>
    [...readFileSync(join(drivers, path), 'utf8').matchAll(/\bgroup: '\w+',\s*label: '(\w+)'/g)].map((match) => match[1]),
  );
  expect(labels.length).toBeGreaterThan(20);
  expect(labels.filter((label) => !Object.hasOwn(facts, `fact.${label}`))).toEqual([]);
});
