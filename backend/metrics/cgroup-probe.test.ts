import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary.ts';
import type { CgroupFolder } from './cgroup-paths.ts';
import { CgroupProbe } from './cgroup-probe.ts';
import { createLocalFiles } from './files.ts';
import { deviceKey } from './scan.ts';

const MIB = 1024 * 1024;

/** Fixtures: files as Linux 6.x writes them for a cgroup v2 (shortened), which the machines that test this may not have. */
const V2 = {
  'cpu.stat': 'usage_usec 2500000\nuser_usec 2000000\nsystem_usec 500000\nnr_periods 0\nnr_throttled 0\nthrottled_usec 0\n',
  'memory.current': `${100 * MIB}\n`,
  'memory.stat': `anon ${50 * MIB}\nfile ${40 * MIB}\nkernel ${10 * MIB}\nshmem ${15 * MIB}\nfile_mapped 1\ninactive_file 2\nactive_file 3\n`,
  'io.stat': '254:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n253:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n',
  'pids.current': '7\n',
};

/** Fixtures of cgroup v1. */
const V1 = {
  'cpuacct.usage': '2500000000\n',
  'memory.usage_in_bytes': `${100 * MIB}\n`,
  'memory.stat': `cache 1\nshmem 1\ninactive_file 1\ntotal_cache ${40 * MIB}\ntotal_rss 5\ntotal_shmem ${15 * MIB}\ntotal_inactive_file 9\n`,
  'blkio.throttle.io_service_bytes_recursive': '254:0 Read 4096\n254:0 Write 8192\n254:0 Total 12288\nTotal 12288\n',
  'pids.current': '7\n',
};

async function probeOf(version: 1 | 2, texts: Record<string, string>) {
  const stack = new AsyncDisposableStack();
  const path = join(stack.use(await temporaryFolder()).path, 'group');
  mkdirSync(path);
  const write = (name: string, text: string) => writeFileSync(join(path, name), text);
  for (const [name, text] of Object.entries(texts)) write(name, text);
  const time = { nowMs: 1000 };
  const folder: CgroupFolder = { version, path };
  const probe = new CgroupProbe(
    createLocalFiles(() => time.nowMs),
    {
      pid: process.pid,
      cgroups: { cpuacct: folder, memory: folder, blkio: folder, pids: folder },
      sharesHostNetwork: true,
      stacked: new Set([deviceKey(253, 0)]),
    },
  );
  stack.defer(() => probe.close());
  const read = () => {
    const reading = probe.read();
    if (reading === 'ended') throw new Error('it ended');
    return reading;
  };
  return { probe, read, write, time, path, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test.each([
  ['v2', 2, V2],
  ['v1', 1, V1],
] as const)('fixture, cgroup %s: every number, with shared memory as memory and not as cache', async (_, version, texts) => {
  await using group = await probeOf(version, texts);
  expect(group.read()).toMatchObject({
    atMs: 1000,
    cpuSeconds: 2.5,
    memoryBytes: 75 * MIB,
    cacheBytes: 25 * MIB,
    diskReadBytes: 4096,
    diskWriteBytes: 8192,
    processes: 7,
    netReceiveBytes: Number.NaN,
    netSendBytes: Number.NaN,
  });
});

test('while CPU time stands still the rest is read every five seconds, and at once when it moves', async () => {
  await using group = await probeOf(2, V2);
  group.read();
  group.write('pids.current', '8\n');
  group.time.nowMs = 4000;
  expect(group.read().processes).toBe(7);
  group.time.nowMs = 6000;
  expect(group.read().processes).toBe(8);
  group.write('pids.current', '9\n');
  group.write('cpu.stat', 'usage_usec 2500001\n');
  group.time.nowMs = 6100;
  expect(group.read()).toMatchObject({ processes: 9, cpuSeconds: 2.500001 });
});

test('without CPU time everything is read every time', async () => {
  const { 'cpu.stat': _, ...rest } = V2;
  await using group = await probeOf(2, rest);
  expect(group.read()).toMatchObject({ cpuSeconds: Number.NaN, processes: 7 });
  group.write('pids.current', '8\n');
  expect(group.read().processes).toBe(8);
});

test('a file that the kernel does not have is a gap in its own number only', async () => {
  const { 'memory.stat': _, 'io.stat': __, ...rest } = V2;
  await using group = await probeOf(2, rest);
  expect(group.read()).toMatchObject({
    cpuSeconds: 2.5,
    memoryBytes: Number.NaN,
    cacheBytes: Number.NaN,
    diskReadBytes: Number.NaN,
    processes: 7,
  });
});

test('a change of the source of disk bytes is a gap, not a jump', async () => {
  const { 'blkio.throttle.io_service_bytes_recursive': _, ...rest } = V1;
  await using group = await probeOf(1, {
    ...rest,
    'blkio.bfq.io_service_bytes_recursive': '8:0 Read 5\n8:0 Write 6\n',
    'cgroup.procs': `${process.pid}\n`,
  });
  expect(group.read()).toMatchObject({ diskReadBytes: 5, diskWriteBytes: 6 });
  group.write('blkio.bfq.io_service_bytes_recursive', 'Total 0\n');
  group.time.nowMs += 5000;
  expect(group.read().diskReadBytes).toBeNaN();
  group.time.nowMs += 5000;
  expect(group.read().diskReadBytes).toBeGreaterThanOrEqual(0);
});

test('a group that is gone has ended', async () => {
  await using group = await probeOf(2, V2);
  group.read();
  group.probe.close();
  rmSync(group.path, { recursive: true });
  expect(group.probe.read()).toBe('ended');
});
