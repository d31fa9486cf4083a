import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Machine, stackOf } from '../../../backend/contract/index.ts';
import { groupOf, inGroups, labelKeys } from './group-machines.ts';
import { matches, parseFilter } from './machine-filter.ts';

const make = (name: string, over: Partial<Machine> = {}) =>
  ({
    id: `docker/${name}`,
    name,
    state: 'running',
    image: { id: null, name: 'nginx:1.27' },
    ports: [{ protocol: 'tcp', hostAddress: '', hostPort: 8080, machinePort: 80 }],
    networks: [{ network: 'front', address: null, aliases: [] }],
    health: 'healthy',
    labels: { team: 'Boat Yard', 'com.docker.compose.project': 'shop' },
    engineId: 'docker',
    ...over,
  }) as Machine;

const holds = (machine: Machine, text: string) => matches(machine, parseFilter(text), '실행 중');

test('every word stands somewhere in the row: name, image, state in the person’s words, stack, port', () => {
  for (const text of ['', 'WEB', 'nginx', 'nginx:1.27', 'web 8080', '실행', 'running', 'shop'])
    expect(holds(make('web'), text), text).toBe(true);
  for (const text of ['db', 'web stopped']) expect(holds(make('web'), text), text).toBe(false);
});

test('a field narrows, a minus turns around, quotes hold spaces', () => {
  const yes = ['name:web', 'state:running', 'stack:shop', '-name:db', 'label:"team=boat yard"'];
  for (const text of [...yes, 'network:front', 'health:healthy', 'port:80', '-state:stopped', '-db', 'engine:docker'])
    expect(holds(make('web'), text), text).toBe(true);
  for (const text of ['name:nginx', '-state:running', 'label:team=yard', 'port:808', '-"web"'])
    expect(holds(make('web'), text), text).toBe(false);
});

test('whatever is typed is read, and a name finds its machine', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => holds(make('web'), text)).not.toThrow();
    }),
  );
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9][a-z0-9_.-]{0,20}$/), (name) => {
      expect(holds(make(name), `name:${name}`)).toBe(true);
      expect(holds(make(name), `-name:${name}`)).toBe(false);
    }),
  );
});

test('groups stand together, by name, those without one last, each in its order', () => {
  const machines = [
    make('c', { labels: {} }),
    make('b', { labels: { 'io.podman.compose.project': 'blog' } }),
    make('a'),
    make('d', { labels: { 'io.podman.compose.project': 'blog' } }),
  ];
  expect(inGroups(machines, 'stack').map(({ name }) => name)).toEqual(['b', 'd', 'a', 'c']);
  expect(inGroups(machines, 'none')).toEqual(machines);
  expect(machines.map(({ labels }) => stackOf(labels))).toEqual([null, 'blog', 'shop', 'blog']);
  expect(groupOf(make('a'), 'label:team')).toBe('Boat Yard');
  expect(labelKeys([make('a'), make('b'), make('c', { labels: { one: '1' } })], 10)).toEqual(['team']);
});
