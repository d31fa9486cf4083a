import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary.ts';
import type { InstanceAnswer } from './instance.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let started: ChildProcess[];

beforeEach(async () => {
  folder = await temporaryFolder();
  started = [];
});

afterEach(async () => {
  await Promise.all(started.map((child) => end(child, 'SIGKILL')));
  await folder[Symbol.asyncDispose]();
});

interface Start {
  child: ChildProcess;
  claimed: boolean;
  other: InstanceAnswer | null;
}

async function start(): Promise<Start> {
  const script = join(import.meta.dirname, '..', 'testing', 'claim-instance.ts');
  const child = spawn(process.execPath, [script, folder.path], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  const [line] = (await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data')) as [Buffer];
  return { child, ...(JSON.parse(line.toString()) as { claimed: boolean; other: InstanceAnswer | null }) };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

describe('one data folder', () => {
  test('has one instance, however many start at once; the others are told which and how to reach it', async () => {
    const starts = await Promise.all(Array.from({ length: 5 }, start));
    const [winner, ...more] = starts.filter(({ claimed }) => claimed);
    expect(more).toEqual([]);
    const pid = winner?.child.pid;
    for (const { claimed, other } of starts) if (!claimed) expect(other).toEqual({ pid, url: `http://127.0.0.1/?of=${pid}` });
    expect(statSync(join(folder.path, 'instance.sock')).mode & 0o777).toBe(0o600);
  });

  test('is free again after its instance was killed, though the socket is still there', async () => {
    const first = await start();
    await end(first.child, 'SIGKILL');
    expect(existsSync(join(folder.path, 'instance.sock'))).toBe(true);
    const starts = await Promise.all([start(), start(), start()]);
    expect(starts.filter(({ claimed }) => claimed)).toHaveLength(1);
  });

  test('is free after an orderly end', async () => {
    const first = await start();
    await end(first.child, 'SIGTERM');
    expect((await start()).claimed).toBe(true);
  });
});
