import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCgroupValues } from './cgroup-values.ts';
import { byController, type Cgroup, listCgroups } from './cgroups.ts';

const ID = 'ab'.repeat(32);
const V2_MOUNT = '31 23 0:28 / /sys/fs/cgroup rw,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate';
const V1_MOUNTS = [
  '32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct',
  '35 31 0:32 / /sys/fs/cgroup/my\\040memory rw,relatime - cgroup cgroup rw,memory',
  '41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw',
].join('\n');

/** A tree of files, as a kernel would show it. */
async function valuesOf(groups: Cgroup[], files: Record<string, string>) {
  const values = await readCgroupValues(groups, async (path) => files[path] ?? null);
  return Object.fromEntries(values.map(({ name, value, device }) => [device === null ? name : `${name} ${device}`, value]));
}

test('fixture, v2: one group for all, found through the engine’s scope', () => {
  const cgroup = `0::/system.slice/docker-${ID}.scope/init\n`;
  expect(listCgroups({ cgroup, mountinfo: V2_MOUNT })).toEqual([
    { version: 2, controllers: [], path: `/system.slice/docker-${ID}.scope`, folder: `/sys/fs/cgroup/system.slice/docker-${ID}.scope` },
  ]);
});

test('fixture, v1 beside v2: each controller where it is mounted, blanks in the path and all', () => {
  const cgroup = ['5:memory:/docker/x', '3:cpu,cpuacct:/docker/x', '2:name=systemd:/docker/x', '0::/docker/x'].join('\n');
  const groups = listCgroups({ cgroup, mountinfo: V1_MOUNTS });
  expect(groups.map(({ version, folder }) => [version, folder])).toEqual([
    [1, '/sys/fs/cgroup/my memory/docker/x'],
    [1, '/sys/fs/cgroup/cpu,cpuacct/docker/x'],
    [1, null],
    [2, '/sys/fs/cgroup/unified/docker/x'],
  ]);
  const groupOf = byController(groups);
  expect(groupOf('memory')?.folder).toBe('/sys/fs/cgroup/my memory/docker/x');
  expect(groupOf('pids')?.version).toBe(2);
});

test('a group above the reader’s own namespace has no files to read', () => {
  expect(listCgroups({ cgroup: '0::/../other', mountinfo: V2_MOUNT })[0]?.folder).toBeNull();
});

test('fixture, v2: every limit with its current value; max is no limit', async () => {
  const groups: Cgroup[] = [{ version: 2, controllers: [], path: '/x', folder: '/c' }];
  const values = await valuesOf(groups, {
    '/c/memory.current': '1048576\n',
    '/c/memory.max': '268435456\n',
    '/c/memory.high': 'max\n',
    '/c/memory.swap.max': '0\n',
    '/c/memory.events': 'low 0\nhigh 2\nmax 3\noom 1\noom_kill 1\noom_group_kill 0\n',
    '/c/cpu.max': '50000 100000\n',
    '/c/cpu.weight': '39\n',
    '/c/cpu.stat': 'usage_usec 5\nnr_periods 10\nnr_throttled 4\nthrottled_usec 2500\n',
    '/c/cpuset.cpus.effective': '0-1\n',
    '/c/pids.current': '3\n',
    '/c/pids.max': 'max\n',
    '/c/io.weight': 'default 100\n8:0 200\n',
    '/c/io.max': '8:0 rbps=1048576 wbps=max riops=max wiops=120\n',
  });
  expect(values).toEqual({
    memoryCurrent: 1048576,
    memoryMax: 268435456,
    memoryHigh: null,
    swapMax: 0,
    memoryHighEvents: 2,
    memoryMaxEvents: 3,
    oomEvents: 1,
    oomKills: 1,
    cpuCores: 0.5,
    cpuWeight: 39,
    cpuPeriods: 10,
    cpuThrottledPeriods: 4,
    cpuThrottledTime: 2.5,
    cpuset: '0-1',
    pidsCurrent: 3,
    pidsMax: null,
    ioWeight: 100,
    'ioReadBytes 8:0': 1048576,
    'ioWriteOperations 8:0': 120,
  });
});

test('fixture, v1: the same names, its own files, and its own way to say "no limit"', async () => {
  const group = (controller: string): Cgroup => ({ version: 1, controllers: [controller], path: '/x', folder: `/${controller}` });
  const values = await valuesOf(['memory', 'cpu', 'pids', 'blkio', 'cpuset'].map(group), {
    '/memory/memory.usage_in_bytes': '540672',
    '/memory/memory.limit_in_bytes': '9223372036854771712\n',
    '/memory/memory.memsw.limit_in_bytes': '268435456\n',
    '/memory/memory.failcnt': '7\n',
    '/memory/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n',
    '/cpu/cpu.cfs_quota_us': '-1\n',
    '/cpu/cpu.cfs_period_us': '100000\n',
    '/cpu/cpu.shares': '1024\n',
    '/cpu/cpu.stat': 'nr_periods 1\nnr_throttled 1\nthrottled_time 3000000\n',
    '/cpuset/cpuset.effective_cpus': '0,2\n',
    '/pids/pids.max': '50\n',
    '/blkio/blkio.bfq.weight': '300\n',
    '/blkio/blkio.throttle.write_bps_device': '254:0 4096\n',
  });
  expect(values).toEqual({
    memoryCurrent: 540672,
    memoryMax: null,
    memorySwapMax: 268435456,
    memoryMaxEvents: 7,
    oomKills: 2,
    cpuCores: null,
    cpuShares: 1024,
    cpuPeriods: 1,
    cpuThrottledPeriods: 1,
    cpuThrottledTime: 3,
    cpuset: '0,2',
    pidsMax: 50,
    ioWeight: 300,
    'ioWriteBytes 254:0': 4096,
  });
});

test('whatever the files hold, a value is a finite number, a word, or no limit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.constantFrom(1, 2), async (text, version) => {
      const controllers = version === 1 ? ['memory', 'cpu', 'pids', 'blkio', 'cpuset'] : [];
      const values = await readCgroupValues([{ version: version as 1 | 2, controllers, path: '/x', folder: '/c' }], async () => text);
      for (const { value } of values) expect(value === null || typeof value === 'string' || Number.isFinite(value)).toBe(true);
      expect(() => listCgroups({ cgroup: text, mountinfo: text })).not.toThrow();
    }),
  );
});
