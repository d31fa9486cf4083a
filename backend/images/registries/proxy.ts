import type { Proxies } from '../../contract/index.ts';
import type { Environment } from './environment.ts';

/** Either spelling, as Go's programs and curl read them. */
export function proxiesOf(env: Environment): Proxies {
  return {
    http: env.HTTP_PROXY || env.http_proxy || null,
    https: env.HTTPS_PROXY || env.https_proxy || null,
    none: env.NO_PROXY || env.no_proxy || null,
  };
}

/** Null when the host is reached directly. Loopback always is, as with every program in Go. */
export function proxyFor(proxies: Proxies, scheme: 'http' | 'https', { host, port }: { host: string; port: number }): URL | null {
  const address = scheme === 'https' ? proxies.https : proxies.http;
  if (address === null || isLoopback(host)) return null;
  const entries = (proxies.none ?? '').split(',').map((entry) => entry.trim().toLowerCase());
  if (entries.some((entry) => covers(entry, host.toLowerCase(), port))) return null;
  return URL.parse(/^[a-z0-9]+:\/\//i.test(address) ? address : `http://${address}`);
}

export function maskProxies({ http, https, none }: Proxies): Proxies {
  return { http: maskPassword(http), https: maskPassword(https), none };
}

function maskPassword(address: string | null): string | null {
  return address?.replace(/^([a-z0-9]+:\/\/)?([^/@:]*):[^/@]*@/i, '$1$2:…@') ?? null;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || inRange(host, '127.0.0.0/8');
}

/** `*`, a name with everything below it, an address, a range of addresses; each with or without a port. */
function covers(entry: string, host: string, port: number): boolean {
  if (entry === '') return false;
  if (entry === '*') return true;
  const [, name = entry, ofPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (ofPort !== undefined && Number(ofPort) !== port) return false;
  if (name.includes('/')) return inRange(host, name);
  const bare = name.replace(/^\*?\./, '');
  return host === bare || host.endsWith(`.${bare}`);
}

/** Whether an IPv4 address lies in a range such as `10.0.0.0/8`. */
export function inRange(address: string, range: string): boolean {
  const [network = '', bits = '32'] = range.split('/');
  const [a, b] = [toNumber(address), toNumber(network)];
  if (a === null || b === null) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(a / size) === Math.floor(b / size);
}

function toNumber(address: string): number | null {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(address)) return null;
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
