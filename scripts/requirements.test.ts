import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary.ts';
import { findCommand, isStaticExecutable, type Requirement, unmet } from './requirements.mjs';

test('only a program without an interpreter is static', async () => {
  await using folder = await temporaryFolder();
  const source = join(folder.path, 'program.c');
  const program = join(folder.path, 'program');
  writeFileSync(source, 'int main(void) { return 0; }\n');
  execFileSync('cc', ['-static', '-o', program, source]);
  expect(isStaticExecutable(program)).toBe(true);
  execFileSync('cc', ['-o', program, source]);
  expect(isStaticExecutable(program)).toBe(false);
  expect(isStaticExecutable(source)).toBe(false);
});

test('a command is found by being executable, not by being there', async () => {
  expect(findCommand('sh')).toMatch(/\/sh$/);
  expect(findCommand('no-such-command-anywhere')).toBeNull();
});

test('what is not met is named, in order', () => {
  const packages = { apt: [], dnf: [], pacman: [], brew: [] };
  const requirement = (why: string, met: boolean): Requirement => ({ why, met: () => met, packages });
  const missing = unmet([requirement('compiles', false), requirement('runs', true), requirement('shows', false)]);
  expect(missing.map(({ why }) => why)).toEqual(['compiles', 'shows']);
});
