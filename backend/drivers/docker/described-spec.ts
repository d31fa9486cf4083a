import { type ContainerSpec, emptySpec, type NetworkJoin, type PublishedPort, transport } from '../../contract/index.ts';
import { quoteShellWord } from '../../contract/run-line/index.ts';
import type { DescribeOptions } from '../containers-facet.ts';
import { LABELS } from '../driver.ts';
import { STOP_TIMEOUT_S, UNMASKED } from './container-body.ts';
import type { FullInspect, HealthConfig } from './container-inspect.ts';
import { HIDDEN_LABEL } from './containers.ts';
import { describeMounts } from './described-mounts.ts';
import { familiarName } from './image-names.ts';
import { nameOf } from './machines.ts';

const OWN_LABELS: ReadonlySet<string> = new Set([...Object.values(LABELS), HIDDEN_LABEL]);
/** What Compose finds its containers by: a copy with these would pass for one of the stack. */
const STACK_LABEL = /^(com\.docker|io\.podman)\.compose\./;
const SIGNALS: Record<string, string> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  9: 'SIGKILL',
  10: 'SIGUSR1',
  12: 'SIGUSR2',
  15: 'SIGTERM',
  28: 'SIGWINCH',
};
/** What the kernel gives a control group of which nothing was asked; read of a running container on Podman. */
const KERNEL = { cpuShares: 1024, ioWeight: 100 };
/** Podman sets it besides whatever limit was asked for. */
const PODMAN_NPROC = 1_048_576;

/**
 * The spec that would make this container again. What an image and an engine do by themselves is read off a `bare` container of
 * the same image and engine, of which nothing was asked: only what differs from it was asked for.
 * Where an engine keeps less than it was told (Podman: sysctls, device rules, a domain name), that is not in it.
 */
export function describeSpec(container: FullInspect, bare: FullInspect, options: DescribeOptions): ContainerSpec {
  const { Config: config, HostConfig: host } = container;
  return {
    ...emptySpec(config.Labels?.[LABELS.image] ?? familiarName(config.Image)),
    name: nameOf(container),
    ...describeProcess(container, bare),
    labels: Object.fromEntries(
      Object.entries(differing(config.Labels, bare.Config.Labels)).filter(
        ([key]) => !OWN_LABELS.has(key) && !(options.anonymousVolumes === 'new' && STACK_LABEL.test(key)),
      ),
    ),
    annotations: differing(host.Annotations, bare.HostConfig.Annotations),
    autoRemove: host.AutoRemove,
    restart: describeRestart(host.RestartPolicy),
    ...describeNetwork(container, bare),
    ...describeMounts(container, bare, options),
    volumesFrom: host.VolumesFrom ?? [],
    readOnlyRoot: host.ReadonlyRootfs,
    storageOptions: host.StorageOpt ?? {},
    ...describeResources(host, bare.HostConfig),
    ...describeIsolation(host, bare.HostConfig),
    health: describeHealth(config.Healthcheck, bare.Config.Healthcheck),
    logDriver: other(host.LogConfig.Type, bare.HostConfig.LogConfig.Type),
    logOptions: differing(host.LogConfig.Config, bare.HostConfig.LogConfig.Config),
  };
}

function describeProcess({ Id, Config: config, HostConfig: host }: FullInspect, bare: FullInspect) {
  const entrypoint = (config.Entrypoint ?? []).filter((word, index, all) => word !== '' || all.length > 1 || index > 0);
  const sameEntrypoint = same(entrypoint, bare.Config.Entrypoint ?? []);
  const command = config.Cmd ?? [];
  // In order: Podman keeps none.
  const env = Object.fromEntries(
    (config.Env ?? [])
      .filter((entry) => !bare.Config.Env?.includes(entry))
      .sort()
      .map(splitPair),
  );
  // Podman tells the container its own host name, and at the start its user's home.
  if (env.HOSTNAME === config.Hostname) delete env.HOSTNAME;
  if (/^(\/|\/root)$/.test(env.HOME ?? '') || env.HOME === `/home/${config.User}`) delete env.HOME;
  const given = config.Hostname !== Id.slice(0, 12) && !usesHostName(host);
  return {
    command: sameEntrypoint && same(command, bare.Config.Cmd ?? []) ? [] : command,
    entrypoint: sameEntrypoint ? null : entrypoint,
    env,
    workingDir: other(config.WorkingDir, bare.Config.WorkingDir),
    user: other(config.User, bare.Config.User),
    groupAdd: host.GroupAdd ?? [],
    hostname: given ? config.Hostname || null : null,
    domainname: other(config.Domainname, ''),
    tty: config.Tty,
    interactive: config.OpenStdin,
    init: host.Init ?? false,
    stopSignal: signalName(other(config.StopSignal, bare.Config.StopSignal)),
    stopTimeoutS: config.StopTimeout === STOP_TIMEOUT_S ? null : (config.StopTimeout ?? null),
  };
}

function usesHostName({ NetworkMode, UTSMode }: FullInspect['HostConfig']): boolean {
  return NetworkMode === 'host' || UTSMode === 'host' || NetworkMode.startsWith('container:');
}

function describeNetwork(container: FullInspect, bare: FullInspect) {
  const { Config: config, HostConfig: host } = container;
  const ports = Object.entries(host.PortBindings ?? {}).flatMap(([key, bindings]) =>
    (bindings ?? []).flatMap(({ HostIp = '', HostPort = '' }): PublishedPort[] => {
      const { port, protocol } = splitPort(key);
      return [{ hostAddress: HostIp, hostPort: Number(HostPort) || null, containerPort: port, protocol }];
    }),
  );
  const published = new Set(ports.map(({ containerPort, protocol }) => `${containerPort}/${protocol}`));
  return {
    networks: describeNetworks(container, bare),
    ports,
    exposedPorts: Object.keys(config.ExposedPorts ?? {})
      .filter((key) => !published.has(key) && bare.Config.ExposedPorts?.[key] === undefined)
      .map(splitPort),
    publishAllPorts: host.PublishAllPorts ?? false,
    macAddress: config.MacAddress || null,
    extraHosts: host.ExtraHosts ?? [],
    dns: host.Dns ?? [],
    dnsOptions: host.DnsOptions ?? [],
    dnsSearch: host.DnsSearch ?? [],
    links: host.Links ?? [],
  };
}

/** The one it was created on first; the engine's own network with nothing asked of it is none at all. */
function describeNetworks({ Id, HostConfig: host, NetworkSettings }: FullInspect, bare: FullInspect): NetworkJoin[] {
  const mode = host.NetworkMode;
  const place = (network: string): NetworkJoin => ({ network, aliases: [], ipv4: null, ipv6: null });
  if (/^(host|none|(container|ns):.*)$/.test(mode)) return [place(mode)];
  const joins = Object.entries(NetworkSettings.Networks ?? {}).map(([network, { Aliases, IPAMConfig }]) => ({
    ...place(network),
    aliases: (Aliases ?? []).filter((alias) => alias !== Id.slice(0, 12)),
    ipv4: IPAMConfig?.IPv4Address || null,
    ipv6: IPAMConfig?.IPv6Address || null,
  }));
  const ofEngine = Object.keys(bare.NetworkSettings.Networks ?? {});
  const [only] = joins;
  if (only !== undefined && joins.length === 1 && ofEngine.includes(only.network) && same(only, place(only.network))) return [];
  return joins.toSorted((one, two) => Number(two.network === mode) - Number(one.network === mode));
}

type Host = FullInspect['HostConfig'];

function describeResources(host: Host, bare: Host) {
  const rates = (all: Host['BlkioDeviceReadBps']) => (all ?? []).map(({ Path, Rate }) => ({ path: Path, rate: Rate }));
  const nanoCpus = host.NanoCpus > 0;
  const memory = host.Memory > 0 ? host.Memory : null;
  return {
    cpus: nanoCpus ? host.NanoCpus / 1e9 : null,
    cpuShares: host.CpuShares === KERNEL.cpuShares ? null : set(host.CpuShares, bare.CpuShares),
    // Podman says the same once more in these.
    cpuPeriodUs: nanoCpus ? null : set(host.CpuPeriod, bare.CpuPeriod),
    cpuQuotaUs: nanoCpus ? null : set(host.CpuQuota, bare.CpuQuota),
    cpuRealtimePeriodUs: set(host.CpuRealtimePeriod, bare.CpuRealtimePeriod),
    cpuRealtimeRuntimeUs: set(host.CpuRealtimeRuntime, bare.CpuRealtimeRuntime),
    cpusetCpus: other(host.CpusetCpus, bare.CpusetCpus),
    cpusetMems: other(host.CpusetMems, bare.CpusetMems),
    memoryBytes: memory,
    // Twice the memory is what both engines do when nothing is said of it; and without a limit of the one there is none of both.
    memorySwapBytes: host.MemorySwap === (memory === null ? -1 : 2 * memory) ? null : set(host.MemorySwap, bare.MemorySwap),
    memoryReservationBytes: set(host.MemoryReservation, bare.MemoryReservation),
    memorySwappiness: host.MemorySwappiness === -1 ? null : set(host.MemorySwappiness ?? undefined, bare.MemorySwappiness ?? undefined),
    oomKillDisable: host.OomKillDisable ?? false,
    oomScoreAdj: set(host.OomScoreAdj, bare.OomScoreAdj),
    pidsLimit: set(host.PidsLimit ?? undefined, bare.PidsLimit ?? undefined),
    shmBytes: set(host.ShmSize, bare.ShmSize),
    blkioWeight: host.BlkioWeight === KERNEL.ioWeight ? null : set(host.BlkioWeight, bare.BlkioWeight),
    blkioWeightDevices: (host.BlkioWeightDevice ?? []).map(({ Path, Weight }) => ({ path: Path, weight: Weight })),
    deviceReadBps: rates(host.BlkioDeviceReadBps),
    deviceWriteBps: rates(host.BlkioDeviceWriteBps),
    deviceReadIops: rates(host.BlkioDeviceReadIOps),
    deviceWriteIops: rates(host.BlkioDeviceWriteIOps),
    ulimits: describeUlimits(host, bare),
    cgroupParent: other(host.CgroupParent, bare.CgroupParent),
  };
}

function describeUlimits(host: Host, bare: Host): ContainerSpec['ulimits'] {
  const all = (of: Host) =>
    (of.Ulimits ?? []).map(({ Name, Soft, Hard }) => ({ name: Name.replace(/^RLIMIT_/, '').toLowerCase(), soft: Soft, hard: Hard }));
  const ofEngine = all(bare);
  return all(host).filter((one) => !ofEngine.some((own) => same(own, one)) && !(one.name === 'nproc' && one.hard === PODMAN_NPROC));
}

function describeIsolation(host: Host, bare: Host) {
  const own = host.Privileged || host.PidMode === 'host' || host.IpcMode === 'host';
  const unmasked = !host.Privileged && (bare.MaskedPaths ?? []).length > 0 && (host.MaskedPaths ?? []).length === 0;
  return {
    privileged: host.Privileged,
    capAdd: differingWords(host.CapAdd, bare.CapAdd).map(capability),
    // Podman tells of a privileged one what the engine itself may not do.
    capDrop: (host.Privileged ? [] : differingWords(host.CapDrop, bare.CapDrop)).map(capability),
    // Docker adds it where it makes no sense to confine.
    securityOptions: [
      ...(host.SecurityOpt ?? []).filter((option) => !(own && option === 'label=disable')),
      ...(unmasked ? [UNMASKED] : []),
    ],
    devices: (host.Devices ?? []).map(({ PathOnHost, PathInContainer, CgroupPermissions }) => ({
      hostPath: PathOnHost,
      containerPath: PathInContainer,
      // Podman forgets them.
      permissions: CgroupPermissions || 'rwm',
    })),
    deviceCgroupRules: host.DeviceCgroupRules ?? [],
    gpus: describeGpus(host.DeviceRequests),
    sysctls: host.Sysctls ?? {},
    pidMode: other(host.PidMode, bare.PidMode),
    ipcMode: other(host.IpcMode, bare.IpcMode),
    usernsMode: other(host.UsernsMode, bare.UsernsMode),
    utsMode: other(host.UTSMode, bare.UTSMode),
    cgroupnsMode: other(host.CgroupnsMode, bare.CgroupnsMode),
    runtime: other(host.Runtime, bare.Runtime),
  };
}

function describeGpus(requests: Host['DeviceRequests']): ContainerSpec['gpus'] {
  const gpu = requests?.find(({ Capabilities }) => Capabilities?.some((all) => all.includes('gpu')));
  if (gpu === undefined) return null;
  const deviceIds = gpu.DeviceIDs ?? [];
  const capabilities = (gpu.Capabilities?.[0] ?? []).filter((one) => one !== 'gpu');
  return { count: deviceIds.length > 0 ? null : gpu.Count, deviceIds, driver: gpu.Driver ?? '', capabilities };
}

function describeHealth(check: HealthConfig | null | undefined, bare: HealthConfig | null | undefined): ContainerSpec['health'] {
  const none = {
    disabled: false,
    command: null,
    intervalMs: null,
    timeoutMs: null,
    startPeriodMs: null,
    startIntervalMs: null,
    retries: null,
  };
  const test = check?.Test ?? [];
  if (test[0] === 'NONE') return bare?.Test?.[0] === 'NONE' ? null : { ...none, disabled: true };
  const [kind, ...words] = test;
  const ms = (ns: number | undefined, ofImage: number | undefined) =>
    ns === undefined || ns === 0 || ns === ofImage ? null : Math.round(ns / 1e6);
  const found = {
    ...none,
    command: same(test, bare?.Test ?? []) ? null : kind === 'CMD' ? words.map(quoteShellWord).join(' ') : (words[0] ?? null),
    intervalMs: ms(check?.Interval, bare?.Interval),
    timeoutMs: ms(check?.Timeout, bare?.Timeout),
    startPeriodMs: ms(check?.StartPeriod, bare?.StartPeriod),
    startIntervalMs: ms(check?.StartInterval, bare?.StartInterval),
    retries: set(check?.Retries, bare?.Retries),
  };
  return same(found, none) ? null : found;
}

function describeRestart(policy: Host['RestartPolicy']): ContainerSpec['restart'] {
  const { Name: name = 'no', MaximumRetryCount: retries = 0 } = policy ?? {};
  if (name !== 'always' && name !== 'on-failure' && name !== 'unless-stopped') return { name: 'no', maximumRetries: 0 };
  return { name, maximumRetries: name === 'on-failure' ? retries : 0 };
}

/** The value, unless the bare container has the same. */
function other(value: string | null | undefined, bare: string | null | undefined): string | null {
  return value === bare || !value ? null : value;
}

/** As `other`, for numbers: the engines say 0 for what was not asked for. */
function set(value: number | undefined, bare: number | undefined): number | null {
  return value === undefined || value === 0 || value === bare ? null : value;
}

function differing(
  all: Record<string, string> | null | undefined,
  bare: Record<string, string> | null | undefined,
): Record<string, string> {
  return Object.fromEntries(Object.entries(all ?? {}).filter(([key, value]) => bare?.[key] !== value));
}

function differingWords(all: string[] | null, bare: string[] | null): string[] {
  return (all ?? []).filter((word) => !bare?.includes(word));
}

function capability(name: string): string {
  return name.replace(/^CAP_/, '');
}

function signalName(signal: string | null): string | null {
  return signal === null ? null : (SIGNALS[signal] ?? signal);
}

function splitPair(entry: string): [string, string] {
  const equals = entry.indexOf('=');
  return equals < 0 ? [entry, ''] : [entry.slice(0, equals), entry.slice(equals + 1)];
}

function splitPort(key: string): { port: number; protocol: PublishedPort['protocol'] } {
  const [port, protocol] = key.split('/');
  const known = transport.safeParse(protocol);
  return { port: Number(port), protocol: known.success ? known.data : 'tcp' };
}

function same(one: unknown, two: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(two);
}
