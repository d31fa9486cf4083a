import { expect, test } from 'vitest';
import type { InventoryEvent, Machine } from '../backend/contract/index.ts';
import { watchRunning } from './running-counts.ts';

const none = { hosts: [], engines: [], images: [], volumes: [], networks: [], pods: [] };

function machine(id: string, kind: 'container' | 'vm', state: Machine['state']): Machine {
  return { id, kind, state } as Machine;
}

function change(machines: Machine[], removed: string[] = []): InventoryEvent {
  return {
    type: 'change',
    revision: 1,
    ...none,
    machines,
    removed: { hosts: [], engines: [], images: [], volumes: [], networks: [], pods: [], machines: removed as Machine['id'][] },
  };
}

async function countsOf(events: InventoryEvent[]) {
  const counts: [number, number][] = [];
  const stream = (async function* () {
    yield* events;
  })();
  for await (const { containers, virtualMachines } of watchRunning(stream)) counts.push([containers, virtualMachines]);
  return counts;
}

test('counts follow starts, ends and removals, and are told only when they change', async () => {
  const counts = await countsOf([
    { type: 'snapshot', revision: 0, ...none, machines: [machine('d/a', 'container', 'running'), machine('q/b', 'vm', 'starting')] },
    change([machine('q/b', 'vm', 'running')]),
    change([machine('q/b', 'vm', 'running')]),
    change([machine('q/b', 'vm', 'stopped')]),
    change([], ['d/a']),
  ]);
  expect(counts).toEqual([
    [1, 0],
    [1, 1],
    [1, 0],
    [0, 0],
  ]);
});

test('a new snapshot replaces all that was known', async () => {
  const snapshot = (machines: Machine[]): InventoryEvent => ({ type: 'snapshot', revision: 0, ...none, machines });
  expect(await countsOf([snapshot([machine('d/a', 'container', 'running')]), snapshot([])])).toEqual([
    [1, 0],
    [0, 0],
  ]);
});
