import { LEAST_CPUS, LEAST_MEMORY_BYTES, type LimitsChange, type LimitsReport, type RemovableLimit } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { LimitsFacet } from '../limits.ts';
import { type Containers, missing } from './containers.ts';
import type { ContainerInspect } from './engine-api.ts';
import type { EngineClient } from './engine-client.ts';
import type { Refusal } from './errors.ts';
import { type LiveValues, readLiveValues, withLiveValues } from './live-resources.ts';
import { limitsOf } from './machines.ts';

export interface LimitsDeps {
  host: Host;
  client: EngineClient;
  containers: Containers;
  /** Of the engine's own machine. */
  size: { cpus: number; memoryBytes: number };
  podman: boolean;
  /** Whether changes outlive the container's end. */
  keepsUpdates: boolean;
}

const PERIOD_US = 100_000;

/**
 * What runtimes can take off, and engines let them. Docker takes no answer but a number for CPUs and memory:
 * https://github.com/moby/moby/blob/20.10/container/container_unix.go, UpdateContainer.
 */
const DOCKER_REMOVABLE: RemovableLimit[] = ['processes'];
const PODMAN_REMOVABLE: RemovableLimit[] = ['cpus', 'memoryBytes', 'processes'];

export function createLimits(deps: LimitsDeps): LimitsFacet {
  const { host, client, containers, podman } = deps;
  const removable = podman ? PODMAN_REMOVABLE : DOCKER_REMOVABLE;

  async function look(id: Parameters<LimitsFacet['get']>[0], signal: AbortSignal) {
    const told = await containers.inspect(id, signal);
    const live = await readLiveValues(host, told, signal);
    return { container: live === null ? told : withLiveValues(told, live), live };
  }

  async function update(container: ContainerInspect, change: LimitsChange, signal: AbortSignal): Promise<void> {
    const path = `/containers/${container.Id}/update`;
    const refused = (refusal: Refusal) => missing(refusal) ?? belowUse(refusal);
    if (podman) {
      await client.stream({ method: 'POST', path: `/libpod${path}`, body: toSpec(container, change), refused }, signal).then(drain);
      return;
    }
    const answer = await client.call<{ Warnings: string[] | null }>(
      { method: 'POST', path, body: toUpdate(container, change), refused },
      signal,
    );
    const ignored = answer.Warnings?.find((warning) => /discarded|without swap/i.test(warning));
    if (ignored !== undefined && (change.ioWeight !== undefined || change.swapBytes !== undefined))
      throw new AppError('limitIgnored', { engine: client.engine.name, message: ignored });
  }

  return {
    async get(id, signal) {
      const { container, live } = await look(id, signal);
      return toReport(container, { live, deps, removable });
    },
    async set(id, change, signal) {
      const { container } = await look(id, signal);
      check(change, { ...deps, removable });
      try {
        await update(container, change, signal);
      } finally {
        // Podman tells of no update.
        containers.touch(container.Id);
      }
    },
  };
}

/** What runtimes say badly or not at all is said before they are asked. */
function check(change: LimitsChange, { size, removable, client }: LimitsDeps & { removable: RemovableLimit[] }): void {
  for (const limit of removableOf(change)) {
    if (!removable.includes(limit)) throw new AppError('limitNotRemovable', { engine: client.engine.name });
  }
  const { memoryBytes, cpus } = change;
  const mib = (bytes: number) => Math.floor(bytes / 1024 ** 2);
  if (memoryBytes != null && memoryBytes < LEAST_MEMORY_BYTES)
    throw new AppError('limitTooLow', { least: `${mib(LEAST_MEMORY_BYTES)} MiB` });
  if (memoryBytes != null && memoryBytes > size.memoryBytes) throw new AppError('limitTooHigh', { most: `${mib(size.memoryBytes)} MiB` });
  if (cpus != null && cpus < LEAST_CPUS) throw new AppError('limitTooLow', { least: `${LEAST_CPUS} CPU` });
  if (cpus != null && cpus > size.cpus) throw new AppError('limitTooHigh', { most: `${size.cpus} CPU` });
}

function removableOf(change: LimitsChange): RemovableLimit[] {
  return (['cpus', 'memoryBytes', 'processes'] as const).filter((limit) => change[limit] === null);
}

/** v1 refuses a limit below what cannot be given back. */
function belowUse({ message }: Refusal): AppError | null {
  return /device or resource busy|EBUSY/i.test(message) ? new AppError('limitBelowUse') : null;
}

/** Swap besides its memory, as the engine remembers it; null is as much as there is. */
function swapOf({ Memory, MemorySwap }: ContainerInspect['HostConfig']): number | null {
  if (Memory <= 0) return 0;
  if (MemorySwap < 0) return null;
  // Docker's own rule for what is not said: as much again.
  return MemorySwap === 0 ? Memory : Math.max(0, MemorySwap - Memory);
}

/** Always both: v1 refuses memory above memory and swap together, so that one cannot pass the other. */
function memoryOf({ HostConfig: config }: ContainerInspect, change: LimitsChange): { memory: number; total: number } | null {
  if (change.memoryBytes === undefined && change.swapBytes === undefined) return null;
  const memory = change.memoryBytes === undefined ? config.Memory || null : change.memoryBytes;
  const swap = change.swapBytes ?? swapOf(config);
  if (memory === null) return { memory: -1, total: -1 };
  return { memory, total: swap === null ? -1 : memory + swap };
}

/** https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerUpdate */
function toUpdate(container: ContainerInspect, change: LimitsChange): object {
  const { HostConfig: config } = container;
  const memory = memoryOf(container, change);
  const { cpus, processes, cpuShares, ioWeight } = change;
  // A container has its limit in one of two ways for good: Docker refuses the other.
  const byQuota = config.CpuQuota > 0 && config.NanoCpus === 0;
  const period = config.CpuPeriod || PERIOD_US;
  return {
    ...(memory === null ? {} : { Memory: memory.memory, MemorySwap: memory.total }),
    ...(cpus == null ? {} : byQuota ? { CpuPeriod: period, CpuQuota: Math.round(cpus * period) } : { NanoCpus: Math.round(cpus * 1e9) }),
    ...(processes === undefined ? {} : { PidsLimit: processes ?? -1 }),
    ...(cpuShares === undefined ? {} : { CpuShares: cpuShares }),
    ...(ioWeight === undefined ? {} : { BlkioWeight: ioWeight }),
  };
}

/** Podman has no such call in Docker's API; its own takes the runtime's: https://github.com/opencontainers/runtime-spec, config-linux.md */
function toSpec(container: ContainerInspect, change: LimitsChange): object {
  const memory = memoryOf(container, change);
  const { cpus, processes, cpuShares, ioWeight } = change;
  const cpu = {
    ...(cpus === undefined ? {} : { quota: cpus === null ? -1 : Math.round(cpus * PERIOD_US), period: PERIOD_US }),
    ...(cpuShares === undefined ? {} : { shares: cpuShares }),
  };
  return {
    ...(memory === null ? {} : { memory: { limit: memory.memory, swap: memory.total } }),
    ...(Object.keys(cpu).length === 0 ? {} : { cpu }),
    ...(processes === undefined ? {} : { pids: { limit: processes ?? -1 } }),
    ...(ioWeight === undefined ? {} : { blockIO: { weight: ioWeight } }),
  };
}

function toReport(
  container: ContainerInspect,
  { live, deps, removable }: { live: LiveValues | null; deps: LimitsDeps; removable: RemovableLimit[] },
): LimitsReport {
  const { HostConfig: config } = container;
  const runs = live !== null;
  return {
    limits: {
      ...limitsOf(config),
      swapBytes: swapOf(config),
      cpuShares: config.CpuShares || null,
      ioWeight: config.BlkioWeight || null,
    },
    use: { memoryBytes: live?.get('memoryCurrent') ?? null, processes: live?.get('pidsCurrent') ?? null },
    host: deps.size,
    removable,
    countsSwap: !runs || live.has('memorySwapMax') || live.has('swapMax'),
    // Docker looks for v1's first scheduler only, and discards a weight that the second would take.
    weighsIo: !runs || live.has('ioWeight'),
    kept: deps.keepsUpdates,
  };
}

/** Podman answers with the container's id, which is no JSON. */
async function drain(body: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of body);
}
