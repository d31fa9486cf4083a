import { afterEach, expect, test } from 'vitest';
import { type Engine, engineId, hostId, type InventoryEvent, imageId, type Machine, toMachineId } from '../contract/index.ts';
import { AppError, Queue, silentLogger, systemClock } from '../core/index.ts';
import type { Driver, DriverEvent, EngineCandidate } from '../drivers/driver.ts';
import { createLocalHost } from '../hosts/local.ts';
import { createInventory } from './inventory.ts';

/**
 * A scripted engine: what is tested here is how the inventory takes events, losses and returns, in orders that a real
 * engine shows only by chance. The real engines are in the driver suite and the end-to-end tests.
 */
class ScriptedEngine {
  readonly id = engineId.parse('scripted');
  up = true;
  machines: Machine[] = [];
  #events: Queue<DriverEvent> | null = null;
  connections = 0;
  disposed = 0;

  engine(): Engine {
    return {
      id: this.id,
      hostId: hostId.parse('local'),
      product: 'docker',
      name: 'Scripted',
      machineKind: 'container',
      version: '1',
      endpoint: '/nowhere',
      embedded: false,
      rootless: false,
      health: { status: this.up ? 'healthy' : 'connecting', problem: null },
      facets: [],
      accelerator: null,
    };
  }

  candidate(host: Driver['host']): EngineCandidate {
    const connect = async (): Promise<Driver> => {
      if (!this.up) throw new AppError('engineUnreachable', { engine: 'Scripted', message: 'refused' });
      this.connections++;
      return {
        engineId: this.id,
        host,
        engine: () => this.engine(),
        list: async () => this.machines,
        watch: (signal) => {
          const events = new Queue<DriverEvent>(1000);
          signal.addEventListener('abort', () => events.end(), { once: true });
          this.#events = events;
          return events;
        },
        inspect: async () => ({ facts: [], raw: null }),
        act: async () => {},
        logs: {
          read: async function* () {},
          firstOutput: async () => ({ seen: Promise.resolve(null) }),
        },
        [Symbol.asyncDispose]: async () => {
          this.disposed++;
        },
      };
    };
    return { engineId: this.id, engine: { ...this.engine(), health: { status: 'connecting', problem: null } }, connect };
  }

  send(event: DriverEvent): void {
    this.#events?.push(event);
  }

  die(): void {
    this.up = false;
    this.#events?.end(new AppError('engineUnreachable', { engine: 'Scripted', message: 'gone' }));
  }
}

function machine(name: string, state: Machine['state'] = 'running'): Machine {
  return {
    id: toMachineId(engineId.parse('scripted'), name),
    kind: 'container',
    engineId: engineId.parse('scripted'),
    name,
    state,
    problem: null,
    exitCode: null,
    image: { id: imageId.parse('scripted/sha256:1'), name: 'a' },
    createdAtMs: 0,
    startedAtMs: 0,
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
  };
}

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function open(engine: ScriptedEngine) {
  const host = createLocalHost({ logger: silentLogger });
  const end = new AbortController();
  const inventory = createInventory({
    hosts: [host],
    finders: [{ find: async () => [engine.candidate(host)] }],
    clock: systemClock,
    logger: silentLogger,
  });
  const picture = { engines: new Map<string, Engine>(), machines: new Map<string, Machine>(), revision: 0 };
  const events = inventory.watch(end.signal)[Symbol.asyncIterator]();
  cleanups.push(async () => {
    end.abort();
    await inventory[Symbol.asyncDispose]();
    await host[Symbol.asyncDispose]();
  });
  const apply = (event: InventoryEvent) => {
    if (event.type === 'snapshot') {
      picture.engines.clear();
      picture.machines.clear();
    } else {
      expect(event.revision).toBe(picture.revision + 1);
      for (const id of event.removed.engines) picture.engines.delete(id);
      for (const id of event.removed.machines) picture.machines.delete(id);
    }
    picture.revision = event.revision;
    for (const each of event.engines) picture.engines.set(each.id, each);
    for (const each of event.machines) picture.machines.set(each.id, each);
  };
  /** Reads the stream until the picture is as asked. */
  const until = async (condition: () => boolean) => {
    while (!condition()) {
      const { value } = await events.next();
      if (value) apply(value);
    }
  };
  return { inventory, picture, until };
}

test('shows what the engine lists, then each change', async () => {
  const engine = new ScriptedEngine();
  engine.machines = [machine('a'), machine('b')];
  const { picture, until } = open(engine);
  await until(() => picture.machines.size === 2);
  engine.send({ type: 'machine', machine: machine('a', 'paused') });
  engine.send({ type: 'machineRemoved', id: machine('b').id });
  await until(() => picture.machines.size === 1);
  expect(picture.machines.get('scripted/a')?.state).toBe('paused');
});

test('an engine that dies takes its machines along, stays as unreachable with the reason, and comes back', async () => {
  const engine = new ScriptedEngine();
  engine.machines = [machine('a')];
  const { inventory, picture, until } = open(engine);
  await until(() => picture.machines.size === 1 && picture.engines.get('scripted')?.health.status === 'healthy');
  engine.die();
  await until(() => picture.engines.get('scripted')?.health.status === 'unreachable');
  expect(picture.machines.size).toBe(0);
  expect(picture.engines.get('scripted')?.health.problem?.reason).toBe('engineUnreachable');
  expect(() => inventory.driver(engine.id)).toThrow(AppError);
  expect(engine.disposed).toBe(1);
  engine.up = true;
  engine.machines = [machine('a'), machine('c')];
  await inventory.search(AbortSignal.timeout(10_000));
  await until(() => picture.machines.size === 2 && picture.engines.get('scripted')?.health.status === 'healthy');
  expect(engine.connections).toBe(2);
});

test('a resync replaces what was listed before', async () => {
  const engine = new ScriptedEngine();
  engine.machines = [machine('a'), machine('b')];
  const { picture, until } = open(engine);
  await until(() => picture.machines.size === 2);
  engine.machines = [machine('b'), machine('c', 'stopped')];
  engine.send({ type: 'resync' });
  await until(() => picture.machines.has('scripted/c'));
  expect([...picture.machines.keys()].sort()).toEqual(['scripted/b', 'scripted/c']);
});

test('a mark shows a start under way and its timing, and goes with the machine', async () => {
  const engine = new ScriptedEngine();
  engine.machines = [machine('a', 'stopped')];
  const { inventory, picture, until } = open(engine);
  await until(() => picture.machines.size === 1);
  const id = machine('a').id;
  inventory.mark(id, { state: 'starting' });
  await until(() => picture.machines.get(id)?.state === 'starting');
  expect(picture.machines.get(id)?.actions).toEqual([]);
  engine.send({ type: 'machine', machine: machine('a') });
  await until(() => picture.machines.get(id)?.state === 'running');
  inventory.mark(id, { state: null, startTiming: { requestedAtMs: 1, preparationMs: 0, runningMs: 5, firstOutputMs: null } });
  await until(() => picture.machines.get(id)?.startTiming?.runningMs === 5);
  engine.send({ type: 'machineRemoved', id });
  await until(() => picture.machines.size === 0);
  engine.send({ type: 'machine', machine: machine('a') });
  await until(() => picture.machines.size === 1);
  expect(picture.machines.get(id)?.startTiming).toBeNull();
});
