import { expect, test } from 'vitest';
import type { MachineProcess } from '../../../../backend/contract/index.ts';
import { processTree, usedCores } from './process-tree.ts';

const process = (hostPid: number, parentHostPid: number | null, cpuMs = 0): MachineProcess => ({
  ...{
    hostPid,
    pid: hostPid,
    parentHostPid,
    startTicks: '1',
    ageMs: 0,
    name: 'x',
    command: 'x',
    user: 'root',
    state: 'S',
    threads: 1,
    cpuMs,
  },
  memoryBytes: 0,
});

test('every process stands behind its parent, and one whose parent is elsewhere at the top', () => {
  const rows = processTree([process(5, 2), process(9, 77), process(2, null), process(3, 2), process(4, 3)]);
  expect(rows.map(({ process: { hostPid }, depth }) => [hostPid, depth])).toEqual([
    [2, 0],
    [3, 1],
    [4, 2],
    [5, 1],
    [9, 0],
  ]);
});

test('cores are CPU time by elapsed time, for processes that were there before', () => {
  const before = { processes: [process(1, null, 100)], readAtMs: 0 };
  const cores = usedCores(before, { processes: [process(1, null, 1100), process(2, 1, 500)], readAtMs: 2000 });
  expect([...cores]).toEqual([['1-1', 0.5]]);
  expect(usedCores(null, before).size).toBe(0);
});
