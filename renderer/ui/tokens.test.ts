import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8');
const colors = new Map(
  [...css.matchAll(/(--color-[\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map((match) => [
    match[1] ?? '',
    { light: match[2] ?? '', dark: match[3] ?? '' },
  ]),
);

/** WCAG 2.2: relative luminance. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

const grounds = ['--color-page', '--color-surface', '--color-raised', '--color-sunken', '--color-hover', '--color-selected'];
const pairs: [words: string, ground: string, least: number][] = [
  ...grounds.map((ground): [string, string, number] => ['--color-text', ground, 7]),
  ...['--color-text-muted', '--color-text-faint', '--color-link', '--color-failed-text', '--color-warning-text'].flatMap((words) =>
    grounds.map((ground): [string, string, number] => [words, ground, 4.5]),
  ),
  ['--color-on-accent', '--color-accent', 4.5],
  ['--color-on-accent', '--color-accent-hover', 4.5],
  ['--color-on-failed', '--color-failed', 4.5],
  ['--color-container-text', '--color-container-tint', 4.5],
  ['--color-container-text', '--color-surface', 4.5],
  ['--color-vm-text', '--color-vm-tint', 4.5],
  ['--color-vm-text', '--color-surface', 4.5],
  ['--color-failed-text', '--color-failed-tint', 4.5],
  ['--color-terminal-text', '--color-terminal', 7],
  // Graphics: shapes of states, lines of graphs, borders of controls (WCAG 1.4.11).
  ...['running', 'starting', 'paused', 'stopped', 'failed', 'container', 'vm', 'app', 'focus', 'border-strong'].map(
    (name): [string, string, number] => [`--color-${name}`, '--color-surface', 3],
  ),
];

describe.each(['light', 'dark'] as const)('%s', (theme) => {
  test.each(pairs)('%s on %s has a contrast of at least %d', (words, ground, least) => {
    const one = colors.get(words)?.[theme];
    const other = colors.get(ground)?.[theme];
    expect(one, words).toBeDefined();
    expect(other, ground).toBeDefined();
    expect(contrast(one ?? '', other ?? '')).toBeGreaterThanOrEqual(least);
  });
});
