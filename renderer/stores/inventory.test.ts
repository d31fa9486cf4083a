import { expect, test } from 'vitest';
import { type InventoryEvent, type Machine, machine } from '../../backend/contract/index.ts';
import { applyInventoryEvent, EMPTY_INVENTORY } from './inventory.ts';

const make = (name: string, state: Machine['state'] = 'running'): Machine =>
  machine.parse({
    id: `docker-default/${name}`,
    kind: 'container',
    engineId: 'docker-default',
    name,
    state,
    problem: null,
    exitCode: null,
    image: null,
    createdAtMs: 1,
    startedAtMs: 2,
    startTiming: null,
    startWay: null,
    vm: null,
    actions: ['stop'],
    terminals: [],
    ports: [],
    labels: {},
    health: null,
    restartPolicy: null,
    mounts: [],
    networks: [],
    limits: { cpus: null, memoryBytes: null, processes: null },
    kernelRelease: null,
    twinId: null,
    progress: null,
  });
const snapshot = (machines: Machine[]): InventoryEvent => ({
  type: 'snapshot',
  revision: 1,
  hosts: [],
  engines: [],
  images: [],
  volumes: [],
  networks: [],
  pods: [],
  machines,
});
const change = (machines: Machine[], removed: Machine[] = []): InventoryEvent => ({
  type: 'change',
  revision: 2,
  hosts: [],
  engines: [],
  images: [],
  volumes: [],
  networks: [],
  pods: [],
  machines,
  removed: { hosts: [], engines: [], images: [], volumes: [], networks: [], pods: [], machines: removed.map(({ id }) => id) },
});

test('a change gives a new object to the one machine that changed, and to no other', () => {
  const [a, b] = [make('a'), make('b')];
  const before = applyInventoryEvent(EMPTY_INVENTORY, snapshot([a, b]));
  const after = applyInventoryEvent(before, change([make('b', 'paused')]));
  expect(after.machines.get(a.id)).toBe(a);
  expect(after.machines.get(b.id)?.state).toBe('paused');
  expect(after.images).toBe(before.images);
  expect(before.machines.get(b.id)?.state).toBe('running');
});

test('what was removed is gone', () => {
  const [a, b] = [make('a'), make('b')];
  const after = applyInventoryEvent(applyInventoryEvent(EMPTY_INVENTORY, snapshot([a, b])), change([], [a]));
  expect([...after.machines.keys()]).toEqual([b.id]);
});

test('the same snapshot again, as after a reconnect, changes nothing', () => {
  const before = applyInventoryEvent(EMPTY_INVENTORY, snapshot([make('a'), make('b')]));
  const after = applyInventoryEvent(before, snapshot([make('a'), make('b')]));
  expect(after.machines).toBe(before.machines);
});

test('a snapshot leaves no ghost of what it does not name, and keeps the objects that are the same', () => {
  const before = applyInventoryEvent(EMPTY_INVENTORY, snapshot([make('a'), make('b')]));
  const after = applyInventoryEvent(before, snapshot([make('b')]));
  expect([...after.machines.values()]).toEqual([make('b')]);
  expect(after.machines.get(make('b').id)).toBe(before.machines.get(make('b').id));
  expect(after.ready).toBe(true);
});
