import type { CgroupValueName } from '../../contract/index.ts';
import { readCgroupValues } from '../../hosts/cgroup-values.ts';
import { listCgroups } from '../../hosts/cgroups.ts';
import type { Host } from '../../hosts/host.ts';
import type { ContainerInspect } from './engine-api.ts';

export type LiveValues = ReadonlyMap<CgroupValueName, number | null>;

/**
 * What the kernel holds of a running container: the truth, whatever an engine remembers.
 * Null when it does not run, or when its processes are not the host's.
 */
export async function readLiveValues(host: Host, { Id, State: state }: ContainerInspect, signal: AbortSignal): Promise<LiveValues | null> {
  if (!state.Running || state.Pid <= 0) return null;
  const read = async (path: string) => {
    try {
      return (await host.readFile(path, signal)).toString();
    } catch (error) {
      if (signal.aborted) throw error;
      return null;
    }
  };
  const [cgroup, mountinfo] = await Promise.all([read(`/proc/${state.Pid}/cgroup`), read('/proc/self/mountinfo')]);
  if (cgroup === null || mountinfo === null || !cgroup.includes(Id)) return null;
  const values = await readCgroupValues(listCgroups({ cgroup, mountinfo }), read);
  return new Map(
    values.flatMap(({ name, value, device }) => (device !== null || typeof value === 'string' ? [] : [[name, value] as const])),
  );
}

const PERIOD_US = 100_000;

/** The engine's own answer with the kernel's values in the place of those that it remembers. */
export function withLiveValues(container: ContainerInspect, live: LiveValues): ContainerInspect {
  const cpus = live.get('cpuCores');
  const memory = live.get('memoryMax');
  const processes = live.get('pidsMax');
  const swap = totalWithSwap(live);
  const shares = sharesOf(live);
  const weight = live.get('ioWeight');
  const { HostConfig: remembered } = container;
  return {
    ...container,
    HostConfig: {
      ...remembered,
      ...(cpus === undefined
        ? {}
        : cpus === null
          ? { NanoCpus: 0, CpuQuota: 0, CpuPeriod: 0 }
          : { NanoCpus: Math.round(cpus * 1e9), CpuQuota: Math.round(cpus * PERIOD_US), CpuPeriod: PERIOD_US }),
      ...(memory === undefined ? {} : { Memory: memory ?? 0 }),
      ...(swap === undefined ? {} : { MemorySwap: swap ?? -1 }),
      ...(processes === undefined ? {} : { PidsLimit: processes ?? 0 }),
      ...(shares === undefined ? {} : { CpuShares: shares }),
      ...(weight == null ? {} : { BlkioWeight: weight }),
    },
  };
}

/** As engines count it: memory and swap together. v1 counts so too, v2 apart. */
function totalWithSwap(live: LiveValues): number | null | undefined {
  const together = live.get('memorySwapMax');
  if (together !== undefined) return together;
  const memory = live.get('memoryMax');
  const swap = live.get('swapMax');
  if (memory === undefined || swap === undefined) return undefined;
  return memory === null || swap === null ? null : memory + swap;
}

/** The inverse of what runtimes do for v2: 2…262144 shares become a weight of 1…10000, so that it is exact only to some shares. */
function sharesOf(live: LiveValues): number | undefined {
  const weight = live.get('cpuWeight');
  return live.get('cpuShares') ?? (weight == null ? undefined : Math.round(2 + ((weight - 1) * 262_142) / 9999));
}
