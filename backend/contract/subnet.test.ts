import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holdsMachine, overlaps, parseAddress, parseSubnet } from './subnet.ts';

test('addresses of both kinds, and what only looks like one', () => {
  expect(parseAddress('10.0.0.1')?.value).toBe(0x0a000001n);
  expect(parseAddress('fd00::1')?.value).toBe((0xfd00n << 112n) + 1n);
  expect(parseAddress('::')?.value).toBe(0n);
  expect(parseAddress('1:2:3:4:5:6:7:8')?.bits).toBe(128);
  for (const wrong of ['', '10.0.0', '10.0.0.256', '10.0.0.01', '10.0.0.1.1', '1:2', '::1::', 'fd00:::1', 'g::', '1:2:3:4:5:6:7:8::']) {
    expect(parseAddress(wrong)).toBeNull();
  }
});

test('every IPv4 address is read as it is written', () => {
  fc.assert(
    fc.property(fc.ipV4(), (text) => {
      expect(parseAddress(text)).not.toBeNull();
    }),
  );
});

test('every IPv6 address without a dotted part is read', () => {
  fc.assert(
    fc.property(
      fc.ipV6().filter((text) => !text.includes('.')),
      (text) => {
        expect(parseAddress(text)).not.toBeNull();
      },
    ),
  );
});

test('a subnet is its first address and its length', () => {
  expect(parseSubnet('10.89.0.0/24')).toEqual({ first: 0x0a590000n, last: 0x0a5900ffn, bits: 32 });
  for (const wrong of ['10.89.0.1/24', '10.89.0.0', '10.89.0.0/33', '10.89.0.0/', '/24', 'x/24', 'fd00::/129'])
    expect(parseSubnet(wrong)).toBeNull();
});

test('overlapping is mutual, and means a common address', () => {
  const subnet = fc.tuple(fc.nat(2 ** 16 - 1), fc.integer({ min: 16, max: 32 })).map(([host, length]) => {
    const first = (host >>> (32 - length)) << (32 - length);
    return { first: BigInt(first), last: BigInt(first + 2 ** (32 - length) - 1), bits: 32 as const };
  });
  fc.assert(
    fc.property(subnet, subnet, (one, other) => {
      const common = one.first <= other.last && other.first <= one.last;
      expect(overlaps(one, other)).toBe(common);
      expect(overlaps(other, one)).toBe(common);
    }),
  );
  const v6 = parseSubnet('::/64');
  const v4 = parseSubnet('0.0.0.0/8');
  if (v6 === null || v4 === null) throw new Error('both are subnets');
  expect(overlaps(v6, v4)).toBe(false);
});

test('a machine has neither the first nor the last address', () => {
  const subnet = parseSubnet('10.0.0.0/30');
  const fits = (text: string) => {
    const address = parseAddress(text);
    return subnet !== null && address !== null && holdsMachine(subnet, address);
  };
  expect(['10.0.0.0', '10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '::1'].map(fits)).toEqual([false, true, true, false, false, false]);
});
