import type { z } from 'zod';
import {
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
import { BadValue, type Codec, integer, pair } from './codec.ts';
import { fromCsv, toCsv } from './csv.ts';

export * from './codec.ts';
export * from './mount-values.ts';

type Spec = z.infer<typeof containerSpec>;

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
