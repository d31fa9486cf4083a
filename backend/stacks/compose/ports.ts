export type Range = [first: number, last: number];

/** `[[address:]host:]container[/protocol]`, each port a number or a range. */
export interface PublishedPort {
  /** Null is every address. */
  address: string | null;
  /** Null: the engine chooses. */
  host: Range | null;
  container: Range;
  protocol: string;
}

const SHORT =
  /^(?:(?:(?<address>\[[0-9a-fA-F:.]+\]|\d{1,3}(?:\.\d{1,3}){3}):)?(?<host>\d+(?:-\d+)?)?:)?(?<container>\d+(?:-\d+)?)(?:\/(?<protocol>tcp|udp|sctp))?$/;

/** The short syntax (https://docs.docker.com/reference/compose-file/services/#ports); null for what is none. */
export function readPort(text: string): PublishedPort | null {
  const groups = SHORT.exec(text)?.groups;
  if (groups === undefined) return null;
  const container = readRange(groups.container ?? '');
  const host = groups.host === undefined ? null : readRange(groups.host);
  if (container === null || container[0] === 0 || (groups.host !== undefined && host === null)) return null;
  // A range of host ports for one port is a choice; for a range, it is one to one.
  if (host !== null && container[0] !== container[1] && host[1] - host[0] !== container[1] - container[0]) return null;
  return { address: groups.address?.replace(/^\[|\]$/g, '') ?? null, host, container, protocol: groups.protocol ?? 'tcp' };
}

function readRange(text: string): Range | null {
  const [first = Number.NaN, last = first] = text.split('-').map(Number);
  return first <= last && last <= 65_535 ? [first, last] : null;
}

/** Whether both cannot be published on one host. A range for one port is a choice, so it never has to collide. */
export function collide(a: PublishedPort, b: PublishedPort): boolean {
  if (a.host === null || b.host === null || a.protocol !== b.protocol || isChoice(a) || isChoice(b)) return false;
  const sameAddress = isAny(a.address) || isAny(b.address) || a.address === b.address;
  return sameAddress && a.host[0] > 0 && b.host[0] > 0 && a.host[0] <= b.host[1] && b.host[0] <= a.host[1];
}

function isChoice({ host, container }: PublishedPort): boolean {
  return host !== null && host[0] !== host[1] && container[0] === container[1];
}

function isAny(address: string | null): boolean {
  return address === null || address === '0.0.0.0' || address === '::';
}
