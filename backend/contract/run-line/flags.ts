import type { ContainerSpec } from '../container-spec.ts';
import type { Codec } from './values.ts';
import * as value from './values.ts';

/** What is filled while a line is read; the last four belong to something else that the line may say later. */
export interface Reading {
  spec: ContainerSpec;
  aliases: string[];
  ipv4: string | null;
  ipv6: string | null;
  volumeDriver: string | null;
}

/** One flag of `docker run`, both ways. */
export interface Flag {
  name: string;
  short?: string;
  /** A switch takes a value only behind `=`. */
  isSwitch: boolean;
  /** @throws BadValue */
  read(reading: Reading, text: string): void;
  /** The arguments that say it; none where the spec has the default. */
  write(spec: ContainerSpec): string[];
}

type Fields<T> = {
  [Key in keyof ContainerSpec]: ContainerSpec[Key] extends T ? (T extends ContainerSpec[Key] ? Key : never) : never;
}[keyof ContainerSpec];

function one<T>(name: string, key: Fields<T | null>, codec: Codec<T>, short?: string): Flag {
  return {
    name,
    ...(short === undefined ? {} : { short }),
    isSwitch: false,
    read: ({ spec }, text) => Object.assign(spec, { [key]: codec.read(text) }),
    write: (spec) => (spec[key] === null ? [] : [`--${name}`, codec.write(spec[key] as T)]),
  };
}

function many<T>(name: string, key: Fields<T[]>, codec: Codec<T>, short?: string): Flag {
  return {
    name,
    ...(short === undefined ? {} : { short }),
    isSwitch: false,
    read: ({ spec }, text) => (spec[key] as T[]).push(codec.read(text)),
    write: (spec) => (spec[key] as T[]).flatMap((item) => [`--${name}`, codec.write(item)]),
  };
}

function pairs(name: string, key: Fields<Record<string, string>>, short?: string): Flag {
  return {
    name,
    ...(short === undefined ? {} : { short }),
    isSwitch: false,
    read({ spec }, text) {
      const [entry, setting] = value.pair.read(text);
      spec[key][entry] = setting;
    },
    write: (spec) => Object.entries(spec[key]).flatMap((entry) => [`--${name}`, value.pair.write(entry)]),
  };
}

function toggle(name: string, key: Fields<boolean>, short?: string): Flag {
  return {
    name,
    ...(short === undefined ? {} : { short }),
    isSwitch: true,
    read: ({ spec }, text) => Object.assign(spec, { [key]: readSwitch(text) }),
    write: (spec) => (spec[key] ? [`--${name}`] : []),
  };
}

/** Go's ParseBool. */
export function readSwitch(text: string): boolean {
  if (/^(1|t|true)$/i.test(text)) return true;
  if (/^(0|f|false)$/i.test(text)) return false;
  throw new value.BadValue('badChoice', { choices: 'true, false' });
}

type Health = NonNullable<ContainerSpec['health']>;
const NO_HEALTH: Health = {
  disabled: false,
  command: null,
  intervalMs: null,
  timeoutMs: null,
  startPeriodMs: null,
  startIntervalMs: null,
  retries: null,
};

function health<Key extends Exclude<keyof Health, 'disabled'>>(name: string, key: Key, codec: Codec<NonNullable<Health[Key]>>): Flag {
  return {
    name,
    isSwitch: false,
    read({ spec }, text) {
      spec.health = { ...(spec.health ?? NO_HEALTH), [key]: codec.read(text) };
    },
    write({ health: check }) {
      const said = check === null || check.disabled ? null : check[key];
      return said === null ? [] : [`--${name}`, codec.write(said as NonNullable<Health[Key]>)];
    },
  };
}

const { text, integer, size } = value;

/** All that say something of the container, in the order in which a line is written. */
export const FLAGS: readonly Flag[] = [
  one('name', 'name', text),
  one('platform', 'platform', text),
  {
    name: 'pull',
    isSwitch: false,
    read: ({ spec }, given) => Object.assign(spec, { pull: value.choice('always', 'missing', 'never').read(given) }),
    write: ({ pull }) => (pull === 'missing' ? [] : ['--pull', pull]),
  },
  toggle('interactive', 'interactive', 'i'),
  toggle('tty', 'tty', 't'),
  toggle('rm', 'autoRemove'),
  toggle('init', 'init'),
  {
    name: 'restart',
    isSwitch: false,
    read: ({ spec }, given) => Object.assign(spec, { restart: value.restart.read(given) }),
    write: ({ restart }) => (restart.name === 'no' ? [] : ['--restart', value.restart.write(restart)]),
  },
  {
    name: 'publish',
    short: 'p',
    isSwitch: false,
    read: ({ spec }, given) => spec.ports.push(...value.ports.read(given)),
    write: (spec) => spec.ports.flatMap((port) => ['-p', value.writePort(port)]),
  },
  toggle('publish-all', 'publishAllPorts', 'P'),
  {
    name: 'expose',
    isSwitch: false,
    read: ({ spec }, given) => spec.exposedPorts.push(...value.exposed.read(given)),
    write: (spec) => spec.exposedPorts.flatMap((port) => ['--expose', value.exposed.write([port])]),
  },
  {
    name: 'volume',
    short: 'v',
    isSwitch: false,
    read: ({ spec }, given) => spec.mounts.push(value.volume.read(given)),
    // Both ways of saying a mount, in the mounts' own order.
    write: ({ mounts }) =>
      mounts.flatMap((mount) =>
        value.fitsVolume(mount) ? ['-v', value.volume.write(mount)] : ['--mount', value.mountOption.write(mount)],
      ),
  },
  {
    name: 'mount',
    isSwitch: false,
    read({ spec }, given) {
      const mount = value.mountOption.read(given);
      if (mount.type === 'tmpfs') spec.tmpfs[mount.target] = mount.options;
      else spec.mounts.push(mount);
    },
    write: () => [],
  },
  {
    name: 'tmpfs',
    isSwitch: false,
    read({ spec }, given) {
      const colon = given.indexOf(':');
      const target = colon < 0 ? given : given.slice(0, colon);
      if (!target.startsWith('/')) throw new value.BadValue('badTarget', { target });
      spec.tmpfs[target] = colon < 0 ? '' : given.slice(colon + 1);
    },
    write: ({ tmpfs }) => Object.entries(tmpfs).flatMap(([path, options]) => ['--tmpfs', options === '' ? path : `${path}:${options}`]),
  },
  many('volumes-from', 'volumesFrom', text),
  {
    name: 'volume-driver',
    isSwitch: false,
    read: (reading, given) => Object.assign(reading, { volumeDriver: text.read(given) }),
    write: () => [],
  },
  pairs('env', 'env', 'e'),
  {
    name: 'network',
    isSwitch: false,
    read: ({ spec }, given) => spec.networks.push(value.network.read(given)),
    write({ networks }) {
      const [first, ...others] = networks;
      // Engines of before 2024 know no other way for the first.
      if (first === undefined || others.length > 0) return networks.flatMap((join) => ['--network', value.network.write(join)]);
      const addresses = [...(first.ipv4 === null ? [] : ['--ip', first.ipv4]), ...(first.ipv6 === null ? [] : ['--ip6', first.ipv6])];
      return ['--network', first.network, ...first.aliases.flatMap((alias) => ['--network-alias', alias]), ...addresses];
    },
  },
  { name: 'network-alias', isSwitch: false, read: ({ aliases }, given) => aliases.push(text.read(given)), write: () => [] },
  { name: 'ip', isSwitch: false, read: (reading, given) => Object.assign(reading, { ipv4: text.read(given) }), write: () => [] },
  { name: 'ip6', isSwitch: false, read: (reading, given) => Object.assign(reading, { ipv6: text.read(given) }), write: () => [] },
  one('mac-address', 'macAddress', text),
  many('link', 'links', text),
  one('hostname', 'hostname', text, 'h'),
  one('domainname', 'domainname', text),
  many('add-host', 'extraHosts', value.extraHost),
  many('dns', 'dns', text),
  many('dns-option', 'dnsOptions', text),
  many('dns-search', 'dnsSearch', text),
  one('cpus', 'cpus', value.cores),
  one('cpu-shares', 'cpuShares', integer(2), 'c'),
  one('cpu-period', 'cpuPeriodUs', integer(1000, 1_000_000)),
  one('cpu-quota', 'cpuQuotaUs', integer(-1)),
  one('cpu-rt-period', 'cpuRealtimePeriodUs', integer(1)),
  one('cpu-rt-runtime', 'cpuRealtimeRuntimeUs', integer(1)),
  one('cpuset-cpus', 'cpusetCpus', text),
  one('cpuset-mems', 'cpusetMems', text),
  one('memory', 'memoryBytes', size, 'm'),
  one('memory-swap', 'memorySwapBytes', value.sizeOrUnlimited),
  one('memory-reservation', 'memoryReservationBytes', size),
  one('memory-swappiness', 'memorySwappiness', integer(0, 100)),
  toggle('oom-kill-disable', 'oomKillDisable'),
  one('oom-score-adj', 'oomScoreAdj', integer(-1000, 1000)),
  one('pids-limit', 'pidsLimit', integer(-1)),
  one('shm-size', 'shmBytes', size),
  one('blkio-weight', 'blkioWeight', integer(10, 1000)),
  many('blkio-weight-device', 'blkioWeightDevices', value.perDevice('weight', integer(10, 1000))),
  many('device-read-bps', 'deviceReadBps', value.perDevice('rate', size)),
  many('device-write-bps', 'deviceWriteBps', value.perDevice('rate', size)),
  many('device-read-iops', 'deviceReadIops', value.perDevice('rate', integer(1))),
  many('device-write-iops', 'deviceWriteIops', value.perDevice('rate', integer(1))),
  many('ulimit', 'ulimits', value.ulimitValue),
  one('cgroup-parent', 'cgroupParent', text),
  one('user', 'user', text, 'u'),
  many('group-add', 'groupAdd', text),
  one('workdir', 'workingDir', text, 'w'),
  toggle('read-only', 'readOnlyRoot'),
  toggle('privileged', 'privileged'),
  many('cap-add', 'capAdd', text),
  many('cap-drop', 'capDrop', text),
  many('security-opt', 'securityOptions', text),
  many('device', 'devices', value.device),
  many('device-cgroup-rule', 'deviceCgroupRules', text),
  one('gpus', 'gpus', value.gpus),
  pairs('sysctl', 'sysctls'),
  one('pid', 'pidMode', text),
  one('ipc', 'ipcMode', text),
  one('userns', 'usernsMode', text),
  one('uts', 'utsMode', text),
  one('cgroupns', 'cgroupnsMode', text),
  one('runtime', 'runtime', text),
  pairs('storage-opt', 'storageOptions'),
  {
    name: 'no-healthcheck',
    isSwitch: true,
    read({ spec }, given) {
      if (readSwitch(given)) spec.health = { ...NO_HEALTH, disabled: true };
    },
    write: ({ health: check }) => (check?.disabled ? ['--no-healthcheck'] : []),
  },
  health('health-cmd', 'command', text),
  health('health-interval', 'intervalMs', value.duration),
  health('health-timeout', 'timeoutMs', value.duration),
  health('health-start-period', 'startPeriodMs', value.duration),
  health('health-start-interval', 'startIntervalMs', value.duration),
  health('health-retries', 'retries', integer(1)),
  one('log-driver', 'logDriver', text),
  pairs('log-opt', 'logOptions'),
  one('stop-signal', 'stopSignal', text),
  one('stop-timeout', 'stopTimeoutS', integer(-1)),
  pairs('label', 'labels', 'l'),
  pairs('annotation', 'annotations'),
  {
    name: 'entrypoint',
    isSwitch: false,
    read: ({ spec }, given) => Object.assign(spec, { entrypoint: readEntrypoint(given) }),
    write: ({ entrypoint }) => (entrypoint === null ? [] : ['--entrypoint', entrypoint[0] ?? '']),
  },
];

/** Podman takes a JSON array as well. */
function readEntrypoint(given: string): string[] {
  if (given === '') return [];
  if (!given.startsWith('[')) return [given];
  try {
    const parsed: unknown = JSON.parse(given);
    if (Array.isArray(parsed) && parsed.every((item) => typeof item === 'string')) return parsed;
  } catch {
    // Then it is a program whose name begins so.
  }
  return [given];
}
