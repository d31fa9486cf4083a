import type { CgroupResource, CgroupValue } from '../contract/index.ts';
import { byController, type Cgroup } from './cgroups.ts';

type Value = Pick<CgroupValue, 'name' | 'value' | 'unit'> & { device?: string };

/** Files that are read together, and what they say; an empty text stands for a file that this kernel has not. */
interface Source {
  files: readonly string[];
  values(texts: readonly string[]): Value[];
}

interface Resource {
  /** The v1 hierarchy that has it. */
  controller: string;
  1: readonly Source[];
  2: readonly Source[];
}

/** v1 says "no limit" with the largest multiple of a page that its counter holds. */
const V1_NO_LIMIT = 2 ** 62;
const NANOSECONDS = 1e6;
const MICROSECONDS = 1e3;

/** https://docs.kernel.org/admin-guide/cgroup-v2.html, https://docs.kernel.org/admin-guide/cgroup-v1/ */
const RESOURCES: Record<CgroupResource, Resource> = {
  memory: {
    controller: 'memory',
    1: [
      number('memory.usage_in_bytes', 'memoryCurrent', 'bytes'),
      number('memory.limit_in_bytes', 'memoryMax', 'bytes'),
      number('memory.max_usage_in_bytes', 'memoryPeak', 'bytes'),
      number('memory.memsw.usage_in_bytes', 'memorySwapCurrent', 'bytes'),
      number('memory.memsw.limit_in_bytes', 'memorySwapMax', 'bytes'),
      number('memory.failcnt', 'memoryMaxEvents', 'count'),
      keyed('memory.oom_control', { oom_kill: { name: 'oomKills', unit: 'count' } }),
    ],
    2: [
      number('memory.current', 'memoryCurrent', 'bytes'),
      number('memory.max', 'memoryMax', 'bytes'),
      number('memory.high', 'memoryHigh', 'bytes'),
      number('memory.peak', 'memoryPeak', 'bytes'),
      number('memory.swap.current', 'swapCurrent', 'bytes'),
      number('memory.swap.max', 'swapMax', 'bytes'),
      keyed('memory.events', {
        high: { name: 'memoryHighEvents', unit: 'count' },
        max: { name: 'memoryMaxEvents', unit: 'count' },
        oom: { name: 'oomEvents', unit: 'count' },
        oom_kill: { name: 'oomKills', unit: 'count' },
      }),
    ],
  },
  cpu: {
    controller: 'cpu',
    1: [
      {
        files: ['cpu.cfs_quota_us', 'cpu.cfs_period_us'],
        values: ([quota = '', period = '']) => cores(Number.parseInt(quota, 10), Number.parseInt(period, 10)),
      },
      number('cpu.shares', 'cpuShares', 'weight'),
      keyed('cpu.stat', {
        nr_periods: { name: 'cpuPeriods', unit: 'count' },
        nr_throttled: { name: 'cpuThrottledPeriods', unit: 'count' },
        throttled_time: { name: 'cpuThrottledTime', unit: 'ms', perMs: NANOSECONDS },
      }),
    ],
    2: [
      {
        files: ['cpu.max'],
        values: ([text = '']) => {
          const [quota = '', period = ''] = text.trim().split(' ');
          return cores(quota === 'max' ? -1 : Number.parseInt(quota, 10), Number.parseInt(period, 10));
        },
      },
      number('cpu.weight', 'cpuWeight', 'weight'),
      keyed('cpu.stat', {
        nr_periods: { name: 'cpuPeriods', unit: 'count' },
        nr_throttled: { name: 'cpuThrottledPeriods', unit: 'count' },
        throttled_usec: { name: 'cpuThrottledTime', unit: 'ms', perMs: MICROSECONDS },
      }),
    ],
  },
  pids: {
    controller: 'pids',
    1: [number('pids.current', 'pidsCurrent', 'count'), number('pids.max', 'pidsMax', 'count'), pidsEvents()],
    2: [number('pids.current', 'pidsCurrent', 'count'), number('pids.max', 'pidsMax', 'count'), pidsEvents()],
  },
  io: {
    controller: 'blkio',
    1: [
      number('blkio.weight', 'ioWeight', 'weight'),
      number('blkio.bfq.weight', 'ioWeight', 'weight'),
      devices('blkio.throttle.read_bps_device', 'ioReadBytes', 'bytesPerSecond'),
      devices('blkio.throttle.write_bps_device', 'ioWriteBytes', 'bytesPerSecond'),
      devices('blkio.throttle.read_iops_device', 'ioReadOperations', 'perSecond'),
      devices('blkio.throttle.write_iops_device', 'ioWriteOperations', 'perSecond'),
    ],
    2: [
      keyed('io.weight', { default: { name: 'ioWeight', unit: 'weight' } }),
      keyed('io.bfq.weight', { default: { name: 'ioWeight', unit: 'weight' } }),
      { files: ['io.max'], values: ([text = '']) => ioMax(text) },
    ],
  },
};

const CPUSET: Source = {
  files: ['cpuset.cpus.effective', 'cpuset.effective_cpus'],
  values: ([v2 = '', v1 = '']) => {
    const text = (v2 || v1).trim();
    return text === '' ? [] : [{ name: 'cpuset', value: text, unit: 'text' }];
  },
};

/**
 * Every limit of the groups with its current value; what this kernel does not have, or does not let us read, is left out.
 * @param read a file's text, or null
 */
export async function readCgroupValues(groups: readonly Cgroup[], read: (path: string) => Promise<string | null>): Promise<CgroupValue[]> {
  const groupOf = byController(groups);
  const readings = (Object.keys(RESOURCES) as CgroupResource[]).flatMap((resource) => {
    const group = groupOf(RESOURCES[resource].controller);
    const sources =
      group === undefined ? [] : RESOURCES[resource][group.version].map((source) => readSource(resource, group, { source, read }));
    const cpus = groupOf('cpuset');
    return resource === 'cpu' && cpus !== undefined ? [...sources, readSource(resource, cpus, { source: CPUSET, read })] : sources;
  });
  const values = (await Promise.all(readings)).flat();
  // A kernel may have a weight in two places, of two schedulers: the first that is there counts.
  return values.filter(({ name, device }, index) => values.findIndex((one) => one.name === name && one.device === device) === index);
}

async function readSource(
  resource: CgroupResource,
  { folder }: Cgroup,
  { source, read }: { source: Source; read: (path: string) => Promise<string | null> },
): Promise<CgroupValue[]> {
  if (folder === null) return [];
  const paths = source.files.map((name) => `${folder}/${name}`);
  const texts = await Promise.all(paths.map((path) => read(path)));
  const file = paths[texts.findIndex((text) => text !== null)];
  if (file === undefined) return [];
  return source.values(texts.map((text) => text ?? '')).map(({ device = null, ...value }) => ({ resource, file, ...value, device }));
}

function number(file: string, name: CgroupValue['name'], unit: CgroupValue['unit']): Source {
  return {
    files: [file],
    values: ([text = '']) => {
      const value = limit(text.trim());
      return value === undefined ? [] : [{ name, value, unit }];
    },
  };
}

/** Lines of `key number`. */
function keyed(file: string, names: Record<string, { name: CgroupValue['name']; unit: CgroupValue['unit']; perMs?: number }>): Source {
  return {
    files: [file],
    values: ([text = '']) =>
      text.split('\n').flatMap((line) => {
        const [key = '', word = ''] = line.split(' ');
        const known = Object.hasOwn(names, key) ? names[key] : undefined;
        const value = limit(word);
        if (known === undefined || typeof value !== 'number') return [];
        return [{ name: known.name, value: value / (known.perMs ?? 1), unit: known.unit }];
      }),
  };
}

/** Lines of `major:minor number`. */
function devices(file: string, name: CgroupValue['name'], unit: CgroupValue['unit']): Source {
  return {
    files: [file],
    values: ([text = '']) =>
      text.split('\n').flatMap((line) => {
        const [, device, word = ''] = /^(\d+:\d+) (\S+)$/.exec(line) ?? [];
        const value = limit(word);
        return device === undefined || typeof value !== 'number' ? [] : [{ name, value, unit, device }];
      }),
  };
}

function pidsEvents(): Source {
  return keyed('pids.events', { max: { name: 'pidsMaxEvents', unit: 'count' } });
}

const IO_MAX: Record<string, { name: CgroupValue['name']; unit: CgroupValue['unit'] }> = {
  rbps: { name: 'ioReadBytes', unit: 'bytesPerSecond' },
  wbps: { name: 'ioWriteBytes', unit: 'bytesPerSecond' },
  riops: { name: 'ioReadOperations', unit: 'perSecond' },
  wiops: { name: 'ioWriteOperations', unit: 'perSecond' },
};

/** `8:0 rbps=1048576 wbps=max riops=max wiops=max` */
function ioMax(text: string): Value[] {
  return text.split('\n').flatMap((line) => {
    const [device = '', ...pairs] = line.split(' ');
    if (!/^\d+:\d+$/.test(device)) return [];
    return pairs.flatMap((pair) => {
      const [key = '', word = ''] = pair.split('=');
      const known = Object.hasOwn(IO_MAX, key) ? IO_MAX[key] : undefined;
      const value = limit(word);
      return known === undefined || typeof value !== 'number' ? [] : [{ ...known, value, device }];
    });
  });
}

/** Null for "no limit", undefined for what is no number. */
function limit(word: string): number | null | undefined {
  if (word === 'max' || word === '-1') return null;
  if (!/^\d+$/.test(word)) return undefined;
  const value = Number(word);
  return value >= V1_NO_LIMIT ? null : value;
}

function cores(quota: number, period: number): Value[] {
  if (quota < 0) return [{ name: 'cpuCores', value: null, unit: 'cores' }];
  return quota > 0 && period > 0 ? [{ name: 'cpuCores', value: quota / period, unit: 'cores' }] : [];
}
