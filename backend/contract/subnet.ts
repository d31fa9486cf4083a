/** An address as a number, and how many bits it has. */
interface Address {
  value: bigint;
  bits: 32 | 128;
}

export interface Subnet {
  first: bigint;
  last: bigint;
  bits: 32 | 128;
}

/** IPv4 in four decimal parts, or IPv6 (RFC 4291, without a zone). Null for anything else. */
export function parseAddress(text: string): Address | null {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

/** `10.89.0.0/24`. Null when it is none, or when bits of the host part are set: engines refuse or guess there. */
export function parseSubnet(text: string): Subnet | null {
  const [, base = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const address = parseAddress(base);
  const prefix = Number(length);
  if (address === null || length === '' || prefix > address.bits) return null;
  const size = 1n << BigInt(address.bits - prefix);
  if (address.value % size !== 0n) return null;
  return { first: address.value, last: address.value + size - 1n, bits: address.bits };
}

export function overlaps(one: Subnet, other: Subnet): boolean {
  return one.bits === other.bits && one.first <= other.last && other.first <= one.last;
}

/** Whether a machine can have the address: within the subnet, and in IPv4 neither its first nor its last. */
export function holdsMachine(subnet: Subnet, { value, bits }: Address): boolean {
  const edge = bits === 32 ? 1n : 0n;
  return subnet.bits === bits && value >= subnet.first + 1n && value <= subnet.last - edge;
}

function parseV4(text: string): Address | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return null;
  return { value: parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n), bits: 32 };
}

function parseV6(text: string): Address | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const groups = (half: string | undefined) => (half === undefined || half === '' ? [] : half.split(':'));
  const [head, tail] = [groups(halves[0]), groups(halves[1])];
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const all = [...head, ...Array<string>(missing).fill('0'), ...tail];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return { value: all.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n), bits: 128 };
}
