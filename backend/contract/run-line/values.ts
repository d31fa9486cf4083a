import type { z } from 'zod';
import {
  bindPropagation,
  type ContainerMount,
  containerMount,
  type containerSpec,
  type deviceMapping,
  type gpuRequest,
  type NetworkJoin,
  networkJoin,
  type PublishedPort,
  publishedPort,
  transport,
  type ulimit,
} from '../container-spec.ts';
import { fromCsv, toCsv } from './csv.ts';

/** Why a value cannot be taken; a key of the renderer's catalogue. */
export type ValueReason =
  | 'badNumber'
  | 'badSize'
  | 'badDuration'
  | 'badPort'
  | 'badPortRange'
  | 'openPortRange'
  | 'badPair'
  | 'badName'
  | 'badDevice'
  | 'badRate'
  | 'badUlimit'
  | 'badRestart'
  | 'badChoice'
  | 'badMount'
  | 'badMountOption'
  | 'badTarget'
  | 'relativePath'
  | 'badNetwork'
  | 'badAddress'
  | 'badGpus'
  | 'noValue';

export class BadValue extends Error {
  override readonly name = 'BadValue';
  readonly reason: ValueReason;
  readonly params: Record<string, string>;

  constructor(reason: ValueReason, params: Record<string, string> = {}) {
    super(reason);
    this.reason = reason;
    this.params = params;
  }
}

/** A value and how people write it on the line; `read` throws BadValue. */
export interface Codec<T> {
  read(text: string): T;
  write(value: T): string;
}

type Spec = z.infer<typeof containerSpec>;

export const text: Codec<string> = {
  read(value) {
    if (value === '') throw new BadValue('noValue');
    return value;
  },
  write: (value) => value,
};

export function integer(least: number, most = Number.MAX_SAFE_INTEGER): Codec<number> {
  return {
    read(value) {
      const number = Number(value);
      if (!/^[+-]?\d+$/.test(value) || number < least || number > most) {
        throw new BadValue('badNumber', { least: String(least), most: most === Number.MAX_SAFE_INTEGER ? '∞' : String(most) });
      }
      return number;
    },
    write: String,
  };
}

export const cores: Codec<number> = {
  read(value) {
    const number = Number(value);
    if (!/^\d*\.?\d+$/.test(value) || number < 0.01 || number > 100_000) throw new BadValue('badNumber', { least: '0.01', most: '100000' });
    return number;
  },
  write: String,
};

const SIZE = /^(\d+(?:\.\d+)?) ?([kmgtp]?)i?b?$/i;
const POWERS = ['', 'k', 'm', 'g', 't', 'p'];

/** `512m`, `1.5g`, bytes; binary units, as docker reads them. */
export const size: Codec<number> = {
  read(value) {
    const [, number, unit = ''] = SIZE.exec(value.trim()) ?? [];
    const bytes = Math.floor(Number(number) * 1024 ** POWERS.indexOf(unit.toLowerCase()));
    if (number === undefined || !Number.isSafeInteger(bytes) || bytes < 1) throw new BadValue('badSize');
    return bytes;
  },
  write(bytes) {
    let power = 0;
    let rest = bytes;
    while (rest % 1024 === 0 && power < POWERS.length - 1) {
      rest /= 1024;
      power++;
    }
    return `${rest}${POWERS[power]}`;
  },
};

export const sizeOrUnlimited: Codec<number> = {
  read: (value) => (value === '-1' ? -1 : size.read(value)),
  write: (bytes) => (bytes === -1 ? '-1' : size.write(bytes)),
};

const DURATION_MS: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, us: 0.001, µs: 0.001, ns: 0.000_001 };

/** Go's way: `1m30s`, `500ms`. In whole milliseconds. */
export const duration: Codec<number> = {
  read(value) {
    if (!/^(\d+(\.\d+)?(h|ms|m|s|us|µs|ns))+$/.test(value)) throw new BadValue('badDuration');
    let ms = 0;
    for (const [, number, unit] of value.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g))
      ms += Number(number) * (DURATION_MS[unit ?? ''] ?? 0);
    if (Math.round(ms) < 1) throw new BadValue('badDuration');
    return Math.round(ms);
  },
  write: (ms) => (ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`),
};

/** `key=value`; without a sign, the value is empty. */
export const pair: Codec<[string, string]> = {
  read(value) {
    const equals = value.indexOf('=');
    const [key, rest] = equals < 0 ? [value, ''] : [value.slice(0, equals), value.slice(equals + 1)];
    if (key === '') throw new BadValue('badPair');
    return [key, rest];
  },
  write: ([key, value]) => `${key}=${value}`,
};

export function choice<Value extends string>(...choices: Value[]): Codec<Value> {
  return {
    read(value) {
      const found = choices.find((one) => one === value);
      if (found === undefined) throw new BadValue('badChoice', { choices: choices.join(', ') });
      return found;
    },
    write: (value) => value,
  };
}

export const restart: Codec<Spec['restart']> = {
  read(value) {
    const [, name, retries] = /^(no|always|unless-stopped|on-failure)(?::(\d+))?$/.exec(value) ?? [];
    if (name === undefined || (retries !== undefined && name !== 'on-failure')) throw new BadValue('badRestart');
    return { name: name as Spec['restart']['name'], maximumRetries: Number(retries ?? 0) };
  },
  write: ({ name, maximumRetries }) => (maximumRetries > 0 ? `${name}:${maximumRetries}` : name),
};

export const ulimitValue: Codec<z.infer<typeof ulimit>> = {
  read(value) {
    const [, name, soft, hard = soft] = /^([a-z]+)=(-1|\d+)(?::(-1|\d+))?$/.exec(value) ?? [];
    if (name === undefined) throw new BadValue('badUlimit');
    return { name, soft: Number(soft), hard: Number(hard) };
  },
  write: ({ name, soft, hard }) => (soft === hard ? `${name}=${soft}` : `${name}=${soft}:${hard}`),
};

export const device: Codec<z.infer<typeof deviceMapping>> = {
  read(value) {
    const [hostPath = '', ...rest] = value.split(':');
    const last = rest.at(-1);
    const permissions = last !== undefined && /^[rwm]{1,3}$/.test(last) ? rest.pop() : 'rwm';
    if (!hostPath.startsWith('/') || rest.length > 1 || rest[0]?.startsWith('/') === false) throw new BadValue('badDevice');
    return { hostPath, containerPath: rest[0] ?? hostPath, permissions: permissions ?? 'rwm' };
  },
  write({ hostPath, containerPath, permissions }) {
    const inside = containerPath === hostPath ? '' : `:${containerPath}`;
    return `${hostPath}${inside}${permissions === 'rwm' ? '' : `:${permissions}`}`;
  },
};

/** `/dev/sda:<number>` */
export function perDevice<Key extends string>(key: Key, number: Codec<number>): Codec<{ path: string } & Record<Key, number>> {
  type Value = { path: string } & Record<Key, number>;
  return {
    read(value) {
      const colon = value.lastIndexOf(':');
      if (colon < 1 || !value.startsWith('/')) throw new BadValue('badRate');
      return { path: value.slice(0, colon), [key]: number.read(value.slice(colon + 1)) } as Value;
    },
    write: (value) => `${value.path}:${number.write(value[key])}`,
  };
}

/** `host:address`; docker takes `=` too. */
export const extraHost: Codec<string> = {
  read(value) {
    const [, name, address] = /^([^:=\s]+)[:=](\S+)$/.exec(value) ?? [];
    if (name === undefined || address === undefined) throw new BadValue('badAddress');
    return `${name}:${address}`;
  },
  write: (value) => value,
};

/** `[[address:][hostPort]:]containerPort[/protocol]`, each with a range; one port each. */
export const ports: Codec<PublishedPort[]> = {
  read(value) {
    const [, address = '', host, inside = '', given = 'tcp'] =
      /^(?:(?:(\[[^\]]*\]|[^:[\]]*):)?([\d-]*):)?([\d-]+)(?:\/(\w+))?$/.exec(value) ?? [];
    const protocol = transport.safeParse(given.toLowerCase());
    if (inside === '' || !protocol.success) throw new BadValue('badPort');
    const containerPorts = portRange(inside);
    const hostPorts = host ? portRange(host) : null;
    if (hostPorts !== null && hostPorts.length !== containerPorts.length) {
      throw new BadValue(containerPorts.length === 1 ? 'openPortRange' : 'badPortRange');
    }
    return containerPorts.map((containerPort, index) => {
      const port = {
        hostAddress: address.replace(/^\[|\]$/g, ''),
        hostPort: hostPorts?.[index] ?? null,
        containerPort,
        protocol: protocol.data,
      };
      const checked = publishedPort.safeParse(port);
      if (!checked.success) throw new BadValue('badPort');
      return checked.data;
    });
  },
  write: (all) => all.map(writePort).join(' '),
};

export function writePort({ hostAddress, hostPort, containerPort, protocol }: PublishedPort): string {
  const address = hostAddress.includes(':') ? `[${hostAddress}]` : hostAddress;
  const host = address === '' && hostPort === null ? '' : `${address === '' ? '' : `${address}:`}${hostPort ?? ''}:`;
  return `${host}${containerPort}${protocol === 'tcp' ? '' : `/${protocol}`}`;
}

export const exposed: Codec<Spec['exposedPorts']> = {
  read(value) {
    const [range = '', given = 'tcp', ...rest] = value.split('/');
    const protocol = transport.safeParse(given.toLowerCase());
    if (rest.length > 0 || !protocol.success) throw new BadValue('badPort');
    return portRange(range).map((port) => ({ port, protocol: protocol.data }));
  },
  write: (all) => all.map(({ port, protocol }) => `${port}/${protocol}`).join(' '),
};

const RANGE_LIMIT = 65_536;

function portRange(range: string): number[] {
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (from === undefined || first < 1 || last > 65_535 || last < first || last - first > RANGE_LIMIT) throw new BadValue('badPort');
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

const CONSISTENCY = new Set(['consistent', 'cached', 'delegated']);

/** `-v`: `[source:]target[:options]` */
export const volume: Codec<ContainerMount> = {
  read(value) {
    const parts = value.split(':');
    if (parts.length > 3) throw new BadValue('badMount');
    const [source, target, options = ''] = parts.length === 1 ? [null, parts[0] ?? ''] : [parts[0] ?? '', parts[1] ?? '', parts[2]];
    if (!target.startsWith('/')) throw new BadValue('badTarget', { target });
    const bind = source !== null && /[/~$\\]|^\.+$/.test(source);
    if (bind && !source.startsWith('/')) throw new BadValue('relativePath', { path: source });
    const mount: Record<string, unknown> = bind ? { type: 'bind', source, target, createSource: true } : { type: 'volume', source, target };
    for (const option of options.split(',').filter((one) => one !== '' && one !== 'rw' && !CONSISTENCY.has(one))) {
      if (option === 'ro') mount.readOnly = true;
      else if (bind && (option === 'z' || option === 'Z')) mount.relabel = option;
      else if (bind && bindPropagation.safeParse(option).success) mount.propagation = option;
      else if (!bind && option === 'nocopy') mount.noCopy = true;
      else throw new BadValue('badMountOption', { option });
    }
    return checkedMount(mount);
  },
  write(mount) {
    const options = [mount.readOnly ? 'ro' : ''];
    if (mount.type === 'bind') options.push(mount.relabel ?? '', mount.propagation === 'rprivate' ? '' : mount.propagation);
    else options.push(mount.noCopy ? 'nocopy' : '');
    const said = options.filter((option) => option !== '').join(',');
    return [mount.source, mount.target, said].filter(Boolean).join(':');
  },
};

/** Whether `-v` can say all of it; else it takes `--mount`. */
export function fitsVolume(mount: ContainerMount): boolean {
  if (`${mount.source ?? ''}${mount.target}`.includes(':')) return false;
  if (mount.type === 'bind') return mount.createSource || mount.relabel !== null;
  const plain = mount.driver === null && Object.keys(mount.driverOptions).length === 0;
  return plain && (mount.source !== null || !(mount.readOnly || mount.noCopy));
}

const MOUNT_KEYS: Record<string, string> = {
  src: 'source',
  dst: 'target',
  destination: 'target',
  ro: 'readonly',
};

/** `--mount`: `type=bind,source=/a,target=/b,readonly`. A tmpfs comes as its path and options. */
export const mountOption: {
  read(value: string): ContainerMount | { type: 'tmpfs'; target: string; options: string };
  write: Codec<ContainerMount>['write'];
} = {
  read(value) {
    const said: Record<string, string> = {};
    const driverOptions: Record<string, string> = {};
    for (const field of fromCsv(value)) {
      const equals = field.indexOf('=');
      const name = (equals < 0 ? field : field.slice(0, equals)).toLowerCase();
      const rest = equals < 0 ? 'true' : field.slice(equals + 1);
      const key = MOUNT_KEYS[name] ?? name;
      if (key === 'volume-opt') {
        const [option, setting] = pair.read(rest);
        driverOptions[option] = setting;
      } else said[key] = rest;
    }
    const { type = 'volume', source, target = '', readonly, ...others } = said;
    if (!target.startsWith('/')) throw new BadValue('badTarget', { target });
    const readOnly = readonly !== undefined && !/^(false|0|f)$/i.test(readonly);
    const take = (key: string): string | undefined => {
      const taken = others[key];
      delete others[key];
      return taken;
    };
    take('consistency');
    const mount = (() => {
      if (type === 'tmpfs') {
        const options = { size: take('tmpfs-size'), mode: take('tmpfs-mode') };
        const said = Object.entries(options).flatMap(([key, option]) => (option === undefined ? [] : [`${key}=${option}`]));
        return { type: 'tmpfs' as const, target, options: [...(readOnly ? ['ro'] : []), ...said].join(',') };
      }
      if (type === 'bind') {
        if (source === undefined || !source.startsWith('/')) throw new BadValue('relativePath', { path: source ?? '' });
        return checkedMount({ type, source, target, readOnly, propagation: take('bind-propagation') });
      }
      if (type !== 'volume') throw new BadValue('badChoice', { choices: 'bind, volume, tmpfs' });
      const noCopy = take('volume-nocopy');
      return checkedMount({
        type,
        source: source ?? null,
        target,
        readOnly,
        noCopy: noCopy !== undefined && noCopy !== 'false',
        driver: take('volume-driver') ?? null,
        driverOptions,
      });
    })();
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) throw new BadValue('badMountOption', { option: unknown });
    return mount;
  },
  write(mount) {
    const fields = [`type=${mount.type}`, ...(mount.source === null ? [] : [`source=${mount.source}`]), `target=${mount.target}`];
    if (mount.readOnly) fields.push('readonly');
    if (mount.type === 'bind') {
      if (mount.propagation !== 'rprivate') fields.push(`bind-propagation=${mount.propagation}`);
    } else {
      if (mount.noCopy) fields.push('volume-nocopy');
      if (mount.driver !== null) fields.push(`volume-driver=${mount.driver}`);
      for (const entry of Object.entries(mount.driverOptions)) fields.push(`volume-opt=${pair.write(entry)}`);
    }
    return toCsv(fields);
  },
};

function checkedMount(mount: unknown): ContainerMount {
  const checked = containerMount.safeParse(mount);
  if (!checked.success) throw new BadValue('badMount');
  return checked.data;
}

/** `name`, or `name=<name>,alias=<alias>,ip=<address>`. */
export const network: Codec<NetworkJoin> = {
  read(value) {
    const join: { network: string; aliases: string[]; ipv4?: string; ipv6?: string } = { network: value, aliases: [] };
    if (value.includes('=')) {
      join.network = '';
      for (const field of fromCsv(value)) {
        const [key, rest] = pair.read(field);
        if (key === 'name') join.network = rest;
        else if (key === 'alias') join.aliases.push(rest);
        else if (key === 'ip') join.ipv4 = rest;
        else if (key === 'ip6') join.ipv6 = rest;
        else throw new BadValue('badMountOption', { option: key });
      }
    }
    const checked = networkJoin.safeParse(join);
    if (!checked.success) throw new BadValue('badNetwork');
    return checked.data;
  },
  write({ network: name, aliases, ipv4, ipv6 }) {
    if (aliases.length === 0 && ipv4 === null && ipv6 === null) return name;
    const fields = [`name=${name}`, ...aliases.map((alias) => `alias=${alias}`)];
    if (ipv4 !== null) fields.push(`ip=${ipv4}`);
    if (ipv6 !== null) fields.push(`ip6=${ipv6}`);
    return toCsv(fields);
  },
};

/** `all`, a number, or `device=0,driver=nvidia,capabilities=utility`. */
export const gpus: Codec<z.infer<typeof gpuRequest>> = {
  read(value) {
    const request = { count: null as number | null, deviceIds: [] as string[], driver: '', capabilities: [] as string[] };
    for (const field of fromCsv(value)) {
      const equals = field.indexOf('=');
      const [key, rest] = equals < 0 ? ['count', field] : [field.slice(0, equals), field.slice(equals + 1)];
      if (key === 'count') request.count = rest === 'all' ? -1 : integer(1).read(rest);
      else if (key === 'device') request.deviceIds = rest.split(',');
      else if (key === 'driver') request.driver = rest;
      else if (key === 'capabilities') request.capabilities = rest.split(',');
      else throw new BadValue('badGpus');
    }
    if ((request.count === null) === (request.deviceIds.length === 0)) throw new BadValue('badGpus');
    return request;
  },
  write({ count, deviceIds, driver, capabilities }) {
    const which = count === null ? `device=${deviceIds.join(',')}` : count === -1 ? 'all' : `count=${count}`;
    const fields = [which];
    if (driver !== '') fields.push(`driver=${driver}`);
    if (capabilities.length > 0) fields.push(`capabilities=${capabilities.join(',')}`);
    return toCsv(fields);
  },
};
