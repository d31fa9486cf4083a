import fc from 'fast-check';
import { expect, test } from 'vitest';
import { specs } from '../../../testing/container-specs.ts';
import { type ContainerSpec, emptySpec } from '../../contract/index.ts';
import { toContainerBody } from './container-body.ts';
import type { FullInspect, MountRequest } from './container-inspect.ts';
import { describeSpec } from './described-spec.ts';

const ID = 'a'.repeat(64);

/** What Docker says of a container that was created so, from an image that says nothing itself. */
function inspected(spec: ContainerSpec): FullInspect {
  const {
    HostConfig,
    NetworkingConfig: _,
    ...config
  } = toContainerBody(spec) as { HostConfig: Record<string, unknown> } & Record<string, unknown>;
  const requests = (HostConfig.Mounts ?? []) as (MountRequest & { ReadOnly: boolean; BindOptions?: { Propagation: string } })[];
  const binds = ((HostConfig.Binds ?? []) as string[]).map((bind) => bind.split(':'));
  const joins = spec.networks.length === 0 ? [{ network: 'bridge', aliases: [], ipv4: null, ipv6: null }] : spec.networks;
  return {
    Id: ID,
    Name: `/${spec.name ?? 'some-name'}`,
    Image: `sha256:${ID}`,
    Config: { Hostname: ID.slice(0, 12), User: '', WorkingDir: '', Cmd: null, Entrypoint: null, Env: [], Image: spec.image, ...config },
    HostConfig: {
      NetworkMode: 'default',
      PidMode: '',
      IpcMode: 'private',
      UsernsMode: '',
      Runtime: 'runc',
      Memory: 0,
      MemorySwap: 0,
      NanoCpus: 0,
      LogConfig: { Type: 'json-file', Config: {} },
      ShmSize: 67_108_864,
      ...HostConfig,
    },
    NetworkSettings: {
      Networks: Object.fromEntries(
        joins.map(({ network, aliases, ipv4, ipv6 }) => [
          network,
          { Aliases: [...aliases, ID.slice(0, 12)], IPAMConfig: { IPv4Address: ipv4 ?? '', IPv6Address: ipv6 ?? '' } },
        ]),
      ),
    },
    Mounts: [
      ...requests.map(({ Type, Source, Target, ReadOnly, BindOptions, VolumeOptions }) => ({
        Type,
        // An anonymous volume has a name that the engine made up.
        Name: Source ?? 'b'.repeat(64),
        Source: Source ?? '',
        Destination: Target,
        RW: !ReadOnly,
        Mode: '',
        Driver: VolumeOptions?.DriverConfig?.Name || 'local',
        Propagation: BindOptions?.Propagation ?? '',
      })),
      ...binds.map(([Source = '', Destination = '', Mode = '']) => ({
        Type: 'bind',
        Source,
        Destination,
        RW: !Mode.startsWith('ro'),
        Mode,
        Propagation: Mode.split(',').at(-1) ?? '',
      })),
    ],
  } as unknown as FullInspect;
}

/** As the engine and the form mean the same: what is the default is not said, and what the engine lists has no order. */
function canonical(spec: ContainerSpec): ContainerSpec {
  const unique = <T>(all: T[], key: (one: T) => string) => [...new Map(all.map((one) => [key(one), one])).values()];
  const byPort = <T extends { protocol: string }>(all: T[], port: (one: T) => number) =>
    all.toSorted((one, two) => `${port(one)}/${one.protocol}`.localeCompare(`${port(two)}/${two.protocol}`));
  const published = new Set(spec.ports.map(({ containerPort, protocol }) => `${containerPort}/${protocol}`));
  const mounts = unique(spec.mounts, ({ target }) => target).toSorted((one, two) => one.target.localeCompare(two.target));
  const zero = (value: number | null) => (value === 0 ? null : value);
  return {
    ...spec,
    name: spec.name ?? 'some-name',
    platform: null,
    pull: 'missing',
    entrypoint: spec.entrypoint?.length === 0 ? null : spec.entrypoint,
    stopTimeoutS: spec.stopTimeoutS === 10 ? null : spec.stopTimeoutS,
    stopSignal: spec.stopSignal === '9' ? 'SIGKILL' : spec.stopSignal,
    hostname: spec.utsMode === 'host' ? null : spec.hostname,
    networks: [...spec.networks.slice(0, 1), ...spec.networks.slice(1).toSorted((one, two) => one.network.localeCompare(two.network))],
    ports: byPort(spec.ports, ({ containerPort }) => containerPort),
    exposedPorts: byPort(
      unique(spec.exposedPorts, ({ port, protocol }) => `${port}/${protocol}`).filter(
        ({ port, protocol }) => !published.has(`${port}/${protocol}`),
      ),
      ({ port }) => port,
    ),
    mounts,
    memorySwapBytes: spec.memorySwapBytes === (spec.memoryBytes === null ? -1 : 2 * spec.memoryBytes) ? null : spec.memorySwapBytes,
    memorySwappiness: zero(spec.memorySwappiness),
    oomScoreAdj: zero(spec.oomScoreAdj),
    pidsLimit: zero(spec.pidsLimit),
    cpuQuotaUs: spec.cpus === null ? zero(spec.cpuQuotaUs) : null,
    cpuPeriodUs: spec.cpus === null ? spec.cpuPeriodUs : null,
    cpuShares: spec.cpuShares === 1024 ? null : spec.cpuShares,
    blkioWeight: spec.blkioWeight === 100 ? null : spec.blkioWeight,
    shmBytes: spec.shmBytes === 67_108_864 ? null : spec.shmBytes,
    logDriver: spec.logDriver === 'json-file' ? null : spec.logDriver,
    capDrop: spec.privileged ? [] : spec.capDrop,
  };
}

test('what a container was created from is what it is described as', () => {
  const bare = inspected(emptySpec('bare'));
  fc.assert(
    fc.property(
      specs.filter((spec) => new Set(spec.mounts.map(({ target }) => target)).size === spec.mounts.length),
      (given) => {
        const spec = { ...given, networks: [...new Map(given.networks.map((join) => [join.network, join])).values()] };
        expect(canonical(describeSpec(inspected(spec), bare, { anonymousVolumes: 'new' }))).toEqual(canonical(spec));
      },
    ),
    { numRuns: 100 },
  );
});
