import { expect, test } from 'vitest';
import type { Machine, Network } from '../../../backend/contract/index.ts';
import { networkMatches } from './network-matches.ts';

const network = {
  engineId: 'e',
  name: 'shop_front',
  driver: 'bridge',
  subnets: [{ subnet: '10.1.0.0/24', gateway: null }],
} as unknown as Network;
const web = { machine: { name: 'web' } as Machine, place: { network: 'shop_front', address: null, aliases: [] } };
const members = new Map([['e shop_front', [web]]]);

test.each([
  ['', true],
  ['FRONT', true],
  ['10.1. bridge', true],
  ['web', true],
  ['front db', false],
])('the filter “%s” finds it: %s', (filter, found) => {
  expect(networkMatches(network, filter, members)).toBe(found);
});
