import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Machine, Network } from '../../../backend/contract/index.ts';
import { layOut, MACHINE_HEIGHT, NETWORK_HEIGHT } from './graph-layout.ts';
import { peersOf, reachOf } from './reach.ts';

const network = (name: string, internal = false) =>
  ({ id: `e/${name}`, engineId: 'e', name, internal, subnets: [{ subnet: '10.1.0.0/24', gateway: null }] }) as unknown as Network;
const machine = (name: string, networks: string[], change: Partial<Machine> = {}) =>
  ({
    id: `e/${name}`,
    engineId: 'e',
    name,
    kind: 'container',
    state: 'running',
    ports: [],
    networks: networks.map((one) => ({ network: one, address: null, aliases: [] })),
    ...change,
  }) as unknown as Machine;

test('machines meet on networks that both are on, and nowhere else', () => {
  const reach = reachOf(
    [network('front'), network('back', true), network('empty')],
    [
      machine('web', ['front', 'back']),
      machine('db', ['back']),
      machine('other', ['front']),
      machine('down', ['back'], { state: 'stopped' }),
      machine('vm', [], { kind: 'vm' }),
      machine('alone', []),
      machine('shut', ['none']),
      machine('off', ['none']),
    ],
  );
  expect(reach.networks.map(({ name, kind }) => [name, kind])).toEqual([
    ['front', 'bridge'],
    ['back', 'internal'],
    ['', 'user'],
  ]);
  expect(peersOf(reach, 'e/web').sort()).toEqual(['e/db', 'e/other']);
  expect(peersOf(reach, 'e/db')).toEqual(['e/web']);
  expect(peersOf(reach, 'e/vm')).toEqual([]);
  expect(peersOf(reach, 'e/alone')).toEqual([]);
  expect(peersOf(reach, 'e/shut')).toEqual([]);
});

test('two engines with a network of the same name are two networks', () => {
  const there = machine('b', ['front'], { engineId: 'f' as Machine['engineId'], id: 'f/b' as Machine['id'] });
  expect(peersOf(reachOf([network('front')], [machine('a', ['front']), there]), 'e/a')).toEqual([]);
});

test('published ports are ways in', () => {
  const ports = [{ protocol: 'udp' as const, hostAddress: '127.0.0.1', hostPort: 8053, machinePort: 53 }];
  expect(reachOf([], [machine('dns', [], { ports })]).machines[0]?.ports).toEqual(['8053→53/udp']);
});

test('whatever is drawn: every line joins two that are there, and nothing covers another', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.uniqueArray(fc.constantFrom(...names)), fc.boolean()), { maxLength: 100 }), (specs) => {
      const machines = specs.map(([on, isVm], index) => machine(`m${index}`, on, { kind: isVm ? 'vm' : 'container' }));
      const reach = reachOf(
        names.map((name) => network(name)),
        machines,
      );
      const layout = layOut(reach);
      expect(layout.machines).toHaveLength(machines.length);
      expect(layout.edges).toHaveLength(reach.networks.reduce((sum, one) => sum + one.machineIds.length, 0));
      for (const [nodes, height] of [
        [layout.machines, MACHINE_HEIGHT],
        [layout.networks, NETWORK_HEIGHT],
      ] as const) {
        const rows = nodes.map(({ y }) => y).sort((a, b) => a - b);
        for (const [index, y] of rows.entries()) {
          if (index > 0) expect(y - (rows[index - 1] ?? 0)).toBeGreaterThanOrEqual(height);
          expect(y + height / 2).toBeLessThanOrEqual(layout.height);
          expect(y - height / 2).toBeGreaterThanOrEqual(0);
        }
      }
    }),
  );
});
