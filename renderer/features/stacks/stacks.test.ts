import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EngineId, Machine, StackProject, StackService } from '../../../backend/contract/index.ts';
import { layoutGraph, NODE } from './graph-layout.ts';
import { listStacks, tally } from './list-stacks.ts';
import { mergeServices } from './merge-services.ts';
import { parseStackUrl, stackUrl } from './stack-url.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const graphs = fc
  .array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names, 'gone')))
  .map((edges) => names.map((name) => ({ name, dependsOn: [...new Set(edges.filter(([from]) => from === name).map(([, to]) => to))] })));

test('whatever needs whatever: every service has a place of its own, inside, and every line has both of its ends', () => {
  fc.assert(
    fc.property(graphs, (services) => {
      const { nodes, edges, width, height } = layoutGraph(services);
      expect(nodes.map(({ name }) => name).sort()).toEqual(names);
      expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(names.length);
      for (const { x, y } of nodes) {
        expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
        expect(x + NODE.width).toBeLessThanOrEqual(width);
        expect(y + NODE.height).toBeLessThanOrEqual(height);
      }
      const known = services.flatMap(({ name, dependsOn }) => dependsOn.filter((one) => one !== 'gone' && one !== name));
      expect(edges).toHaveLength(known.length);
    }),
  );
});

test('without circles, what is needed stands left of who needs it', () => {
  fc.assert(
    fc.property(graphs, (services) => {
      const forward = services.map(({ name, dependsOn }) => ({ name, dependsOn: dependsOn.filter((one) => one < name) }));
      const { nodes } = layoutGraph(forward);
      const x = (name: string) => nodes.find((node) => node.name === name)?.x ?? 0;
      for (const { name, dependsOn } of forward) for (const one of dependsOn) expect(x(one)).toBeLessThan(x(name));
    }),
  );
});

const machine = (name: string, state: Machine['state'], labels: Record<string, string> = {}) =>
  ({ id: `e/${name}`, engineId: 'e', name, state, labels, image: { id: null, name: 'ran:1' } }) as unknown as Machine;
const project = (name: string): StackProject => ({ engineId: 'e' as EngineId, name, files: [`/${name}.yaml`], own: false });

test('a stack that was opened and runs is one line; each of the two alone is one, too', () => {
  const labels = (stack: string) => ({ 'com.docker.compose.project': stack, 'com.docker.compose.service': 'web' });
  const entries = listStacks(
    [machine('1', 'running', labels('both')), machine('2', 'running', labels('found'))],
    [project('both'), project('down')],
  );
  expect(entries.map(({ name, stack, files }) => [name, stack.machines.length, files])).toEqual([
    ['both', 1, ['/both.yaml']],
    ['down', 0, ['/down.yaml']],
    ['found', 1, []],
  ]);
});

test('the worst of a stack’s containers says its state', () => {
  const stateOf = (...states: Machine['state'][]) => tally(states.map((state, index) => machine(String(index), state))).state;
  expect(stateOf()).toBe('stopped');
  expect(stateOf('running', 'stopped')).toBe('running');
  expect(stateOf('running', 'failed')).toBe('failed');
  expect(stateOf('running', 'starting')).toBe('starting');
  expect(stateOf('paused', 'stopped')).toBe('paused');
});

test('services of the file and services that run come together by name', () => {
  const running: StackService[] = [{ name: 'web', machines: [machine('web-1', 'running')], dependsOn: ['db'] }];
  const defined = [
    { name: 'web', image: 'web:2', builds: false, dependsOn: ['cache'], replicas: 1 },
    { name: 'cache', image: 'cache:1', builds: false, dependsOn: [], replicas: 1 },
  ];
  expect(mergeServices(running, defined).map(({ name, image, dependsOn, machines }) => [name, image, dependsOn, machines.length])).toEqual([
    ['cache', 'cache:1', [], 0],
    ['web', 'ran:1', ['cache', 'db'], 1],
  ]);
});

test('a stack’s address leads back to it, whatever it is called', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }), (name) => {
      const ref = { engineId: 'docker-default' as EngineId, name };
      expect(parseStackUrl(stackUrl(ref, 'file'))).toEqual({ ref, tab: 'file' });
    }),
  );
  expect(parseStackUrl('/stacks/docker')).toBeNull();
  expect(parseStackUrl('/stacks/docker/shop/nonsense')?.tab).toBe('services');
});
