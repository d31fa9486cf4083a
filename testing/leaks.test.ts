import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { leftovers, settledLeftovers, takeTraces } from './leaks.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'leaks-'));
  mkdirSync(join(folder, 'tmp'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Network devices and cgroups of others come and go while these tests run. */
function ofRun(lines: string[]): string[] {
  return lines.filter((line) => line.startsWith('process: ') || line.includes(folder));
}

test('a process of the run that still runs is named, and is not once it has ended', async () => {
  const before = takeTraces(folder);
  const child = spawn('sleep', ['1000'], { env: { ...process.env, CATAMARAN_TEST_RUN: folder } });
  try {
    await once(child, 'spawn');
    expect(ofRun(leftovers(before, takeTraces(folder)))).toEqual([`process: ${child.pid} sleep 1000`]);
  } finally {
    child.kill();
    await once(child, 'exit');
  }
  expect(ofRun(await settledLeftovers({ before, folder, graceMs: 0 }))).toEqual([]);
});

test('a process without the mark of the run is not ours', async () => {
  const before = takeTraces(folder);
  const child = spawn('sleep', ['1000'], { env: { PATH: process.env.PATH } });
  try {
    await once(child, 'spawn');
    expect(ofRun(leftovers(before, takeTraces(folder)))).toEqual([]);
  } finally {
    child.kill();
    await once(child, 'exit');
  }
});

test('a temporary file of the run is named', () => {
  const before = takeTraces(folder);
  const file = join(folder, 'tmp', 'socket');
  writeFileSync(file, '');
  expect(ofRun(leftovers(before, takeTraces(folder)))).toEqual([`temporary file: ${file}`]);
});
