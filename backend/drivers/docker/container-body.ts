import type { ContainerMount, ContainerSpec, NetworkJoin } from '../../contract/index.ts';

/** A workload that was asked to stop has this long before it is killed. */
export const STOP_TIMEOUT_S = 10;
export const UNMASKED = 'systempaths=unconfined';

/** What creates a container (`POST /containers/create`, API 1.41): every field that the spec says, and none that it leaves open. */
export function toContainerBody(spec: ContainerSpec): Record<string, unknown> {
  const published = portBindings(spec);
  const [network] = spec.networks;
  const endpoint = network === undefined ? {} : toEndpoint(network);
  return {
    ...said('Cmd', spec.command),
    // An empty one clears the image's.
    ...(spec.entrypoint === null ? {} : { Entrypoint: spec.entrypoint.length === 0 ? [''] : spec.entrypoint }),
    ...said(
      'Env',
      Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    ),
    ...said('WorkingDir', spec.workingDir),
    ...said('User', spec.user),
    ...said('Hostname', spec.hostname),
    ...said('Domainname', spec.domainname),
    Tty: spec.tty,
    OpenStdin: spec.interactive,
    ...said('StopSignal', spec.stopSignal),
    // Docker's own default; Podman 4.3 takes what is not said for 0 and kills at once.
    StopTimeout: spec.stopTimeoutS ?? STOP_TIMEOUT_S,
    Labels: spec.labels,
    ...said('MacAddress', spec.macAddress),
    // Docker publishes no port that is not exposed as well.
    ExposedPorts: Object.fromEntries(
      [...spec.exposedPorts.map(({ port, protocol }) => `${port}/${protocol}`), ...Object.keys(published)].map((key) => [key, {}]),
    ),
    ...said('Healthcheck', healthBody(spec.health)),
    HostConfig: hostConfig(spec, published),
    // Podman refuses it for the host's network and the like, also an empty one.
    ...(network === undefined || Object.keys(endpoint).length === 0
      ? {}
      : { NetworkingConfig: { EndpointsConfig: { [network.network]: endpoint } } }),
  };
}

/** A place on a network, at the creation or later (`POST /networks/{name}/connect`). */
export function toEndpoint({ aliases, ipv4, ipv6 }: NetworkJoin): Record<string, unknown> {
  const addresses = { ...said('IPv4Address', ipv4), ...said('IPv6Address', ipv6) };
  return { ...said('Aliases', aliases), ...said('IPAMConfig', Object.keys(addresses).length === 0 ? null : addresses) };
}

function hostConfig(spec: ContainerSpec, published: PortBindings): Record<string, unknown> {
  const binds = spec.mounts.filter(asBind);
  const mounts = spec.mounts.filter((mount) => !asBind(mount));
  return {
    AutoRemove: spec.autoRemove,
    RestartPolicy: { Name: spec.restart.name, MaximumRetryCount: spec.restart.maximumRetries },
    Annotations: spec.annotations,
    PortBindings: published,
    PublishAllPorts: spec.publishAllPorts,
    ...said('NetworkMode', spec.networks[0]?.network ?? null),
    ...said('ExtraHosts', spec.extraHosts),
    ...said('Dns', spec.dns),
    ...said('DnsOptions', spec.dnsOptions),
    ...said('DnsSearch', spec.dnsSearch),
    ...said('Links', spec.links),
    ...said('Binds', binds.map(bindText)),
    ...said('Mounts', mounts.map(mountBody)),
    ...(Object.keys(spec.tmpfs).length === 0 ? {} : { Tmpfs: spec.tmpfs }),
    ...said('VolumesFrom', spec.volumesFrom),
    ReadonlyRootfs: spec.readOnlyRoot,
    ...(Object.keys(spec.storageOptions).length === 0 ? {} : { StorageOpt: spec.storageOptions }),
    ...resources(spec),
    Privileged: spec.privileged,
    ...said('CapAdd', spec.capAdd),
    ...said('CapDrop', spec.capDrop),
    ...said(
      'SecurityOpt',
      spec.securityOptions.filter((option) => option !== UNMASKED),
    ),
    // The docker command turns it into these, and so it has to be done here.
    ...(spec.securityOptions.includes(UNMASKED) ? { MaskedPaths: [], ReadonlyPaths: [] } : {}),
    ...said('GroupAdd', spec.groupAdd),
    ...said(
      'Devices',
      spec.devices.map(({ hostPath, containerPath, permissions }) => ({
        PathOnHost: hostPath,
        PathInContainer: containerPath,
        CgroupPermissions: permissions,
      })),
    ),
    ...said('DeviceCgroupRules', spec.deviceCgroupRules),
    ...(spec.gpus === null ? {} : { DeviceRequests: [gpuBody(spec.gpus)] }),
    ...(Object.keys(spec.sysctls).length === 0 ? {} : { Sysctls: spec.sysctls }),
    ...said('PidMode', spec.pidMode),
    ...said('IpcMode', spec.ipcMode),
    ...said('UsernsMode', spec.usernsMode),
    ...said('UTSMode', spec.utsMode),
    ...said('CgroupnsMode', spec.cgroupnsMode),
    ...said('Runtime', spec.runtime),
    ...(spec.init ? { Init: true } : {}),
    ...(spec.logDriver === null && Object.keys(spec.logOptions).length === 0
      ? {}
      : { LogConfig: { Type: spec.logDriver ?? '', Config: spec.logOptions } }),
  };
}

function resources(spec: ContainerSpec): Record<string, unknown> {
  const rates = (all: ContainerSpec['deviceReadBps']) => all.map(({ path, rate }) => ({ Path: path, Rate: rate }));
  return {
    ...said('NanoCpus', spec.cpus === null ? null : Math.round(spec.cpus * 1e9)),
    ...said('CpuShares', spec.cpuShares),
    ...said('CpuPeriod', spec.cpuPeriodUs),
    ...said('CpuQuota', spec.cpuQuotaUs),
    ...said('CpuRealtimePeriod', spec.cpuRealtimePeriodUs),
    ...said('CpuRealtimeRuntime', spec.cpuRealtimeRuntimeUs),
    ...said('CpusetCpus', spec.cpusetCpus),
    ...said('CpusetMems', spec.cpusetMems),
    ...said('Memory', spec.memoryBytes),
    ...said('MemorySwap', spec.memorySwapBytes),
    ...said('MemoryReservation', spec.memoryReservationBytes),
    ...said('MemorySwappiness', spec.memorySwappiness),
    ...(spec.oomKillDisable ? { OomKillDisable: true } : {}),
    ...said('OomScoreAdj', spec.oomScoreAdj),
    ...said('PidsLimit', spec.pidsLimit),
    ...said('ShmSize', spec.shmBytes),
    ...said('BlkioWeight', spec.blkioWeight),
    ...said(
      'BlkioWeightDevice',
      spec.blkioWeightDevices.map(({ path, weight }) => ({ Path: path, Weight: weight })),
    ),
    ...said('BlkioDeviceReadBps', rates(spec.deviceReadBps)),
    ...said('BlkioDeviceWriteBps', rates(spec.deviceWriteBps)),
    ...said('BlkioDeviceReadIOps', rates(spec.deviceReadIops)),
    ...said('BlkioDeviceWriteIOps', rates(spec.deviceWriteIops)),
    ...said(
      'Ulimits',
      spec.ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
    ),
    ...said('CgroupParent', spec.cgroupParent),
  };
}

/** Only `Binds` make an absent folder and relabel; only `Mounts` say the rest without a colon ending a path. */
function asBind(mount: ContainerMount): boolean {
  return mount.type === 'bind' && (mount.createSource || mount.relabel !== null);
}

function bindText(mount: ContainerMount): string {
  const { source, target, readOnly } = mount;
  const options = [readOnly ? 'ro' : 'rw'];
  if (mount.type === 'bind') options.push(...(mount.relabel === null ? [] : [mount.relabel]), mount.propagation);
  return `${source}:${target}:${options.join(',')}`;
}

function mountBody(mount: ContainerMount): Record<string, unknown> {
  const { type, source, target, readOnly } = mount;
  const base = { Type: type, ...said('Source', source), Target: target, ReadOnly: readOnly };
  if (mount.type === 'bind') return { ...base, BindOptions: { Propagation: mount.propagation } };
  const driver = mount.driver === null && Object.keys(mount.driverOptions).length === 0;
  return {
    ...base,
    VolumeOptions: {
      NoCopy: mount.noCopy,
      ...(driver ? {} : { DriverConfig: { Name: mount.driver ?? '', Options: mount.driverOptions } }),
    },
  };
}

function healthBody(health: ContainerSpec['health']): Record<string, unknown> | null {
  if (health === null) return null;
  if (health.disabled) return { Test: ['NONE'] };
  const ns = (ms: number | null) => (ms === null ? null : ms * 1e6);
  return {
    ...said('Test', health.command === null ? [] : ['CMD-SHELL', health.command]),
    ...said('Interval', ns(health.intervalMs)),
    ...said('Timeout', ns(health.timeoutMs)),
    ...said('StartPeriod', ns(health.startPeriodMs)),
    ...said('StartInterval', ns(health.startIntervalMs)),
    ...said('Retries', health.retries),
  };
}

function gpuBody({ count, deviceIds, driver, capabilities }: NonNullable<ContainerSpec['gpus']>): Record<string, unknown> {
  return {
    Driver: driver,
    Count: count ?? 0,
    ...said('DeviceIDs', deviceIds),
    Capabilities: [['gpu', ...capabilities.filter((one) => one !== 'gpu')]],
    Options: {},
  };
}

export type PortBindings = Record<string, { HostIp: string; HostPort: string }[]>;

function portBindings({ ports }: ContainerSpec): PortBindings {
  const all: PortBindings = {};
  for (const { hostAddress, hostPort, containerPort, protocol } of ports) {
    const key = `${containerPort}/${protocol}`;
    all[key] = [...(all[key] ?? []), { HostIp: hostAddress, HostPort: hostPort === null ? '' : String(hostPort) }];
  }
  return all;
}

/** The field, unless its value says nothing. */
function said(field: string, value: unknown): Record<string, unknown> {
  const nothing = value === null || (Array.isArray(value) && value.length === 0);
  return nothing ? {} : { [field]: value };
}
