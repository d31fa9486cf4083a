import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { startDockerd, startPodman, type TestEngine } from '../../testing/engines.ts';
import { testImageArchive } from '../../testing/test-image.ts';
import { type ContainerSpec, containerSpec, type EngineId, type Machine, type MachineId } from '../contract/index.ts';
import { AppError, silentLogger, systemClock } from '../core/index.ts';
import { connectDocker } from '../drivers/docker/index.ts';
import type { EngineFinder } from '../drivers/driver.ts';
import { facetOf } from '../drivers/facets.ts';
import { createLocalHost } from '../hosts/local.ts';
import type { DiskStore } from '../images/index.ts';
import { createInventory, type Inventory } from '../inventory/index.ts';
import { createTasks, type Tasks } from '../tasks/index.ts';
import { createMachineService, type MachineService } from './index.ts';

const signal = new AbortController().signal;
const IMAGE = 'catamaran/test:latest';

type Fields = Parameters<typeof containerSpec.parse>[0] & object;

describe.each([
  ['Docker', startDockerd],
  ['Podman', startPodman],
])('%s', (_name, start: () => Promise<TestEngine>) => {
  const stack = new AsyncDisposableStack();
  let engineId: EngineId;
  let inventory: Inventory;
  let tasks: Tasks;
  let machines: MachineService;
  /** What a pull does, in the place of a registry. */
  let pull: (name: string) => Promise<never> = async (name) => {
    throw new AppError('imageMissing', { image: name });
  };

  beforeAll(async () => {
    const engine = stack.use(await start());
    engineId = engine.engine.id;
    const host = stack.use(createLocalHost({ logger: silentLogger }));
    const connect = () =>
      connectDocker({ host, target: { unixPath: engine.socket }, engine: engine.engine, clock: systemClock, logger: silentLogger }, signal);
    const finder: EngineFinder = { find: async () => [{ engineId, engine: engine.engine, connect }] };
    tasks = stack.use(createTasks({ clock: systemClock, logger: silentLogger }));
    inventory = stack.use(createInventory({ hosts: [host], finders: [finder], clock: systemClock, logger: silentLogger }));
    await inventory.search(signal);
    machines = stack.use(
      createMachineService({
        inventory,
        tasks,
        disks: {} as DiskStore,
        pull: ({ name }) => pull(name),
        defaults: () => ({ vmMemoryBytes: 1, vmCpus: 1 }),
        clock: systemClock,
        logger: silentLogger,
      }),
    );
    for await (const _event of inventory.watch(signal)) if (inventory.drivers().length > 0) break;
    const config = { Env: ['PATH=/bin'], Cmd: ['/bin/sleep', '1000'], Volumes: { '/data': {} }, StopSignal: 'SIGKILL' };
    const archive = await testImageArchive({ name: IMAGE, config });
    await inventory.drivers()[0]?.images?.load(single(archive), signal);
    await inventory.list(engineId, 'images', signal);
  });
  afterAll(() => stack.disposeAsync());
  afterEach(async () => {
    const driver = inventory.driver(engineId);
    for (const { id } of await driver.list(signal)) await driver.act(id, 'remove', { force: true }, signal);
    await expect.poll(names).toEqual([]);
  });

  const specOf = (fields: Fields): ContainerSpec => containerSpec.parse({ image: IMAGE, ...fields });
  const create = (fields: Fields, startIt = true) => machines.containers.create({ engineId, spec: specOf(fields), start: startIt });
  const names = () => inventory.machines().map(({ name }) => name);
  /** When the picture has it so. */
  const become = async (id: MachineId, state: Machine['state']) => {
    await expect.poll(() => inventory.machines().find((machine) => machine.id === id)?.state).toBe(state);
    return inventory.machine(id);
  };
  const alone = (name: string) => expect.poll(names).toEqual([name]);
  const lastTask = async () => {
    for await (const all of tasks.watch(signal)) return all.at(-1);
  };

  async function takenPort(): Promise<{ port: number } & AsyncDisposable> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const close = async () => {
      server.close();
      await once(server, 'close');
    };
    return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: close };
  }

  test('created and started as one task; a name that is taken is told before anything is done', async () => {
    const { machineId } = await create({ name: 'first', ports: [] });
    await become(machineId, 'running');
    expect(await lastTask()).toMatchObject({ kind: 'createContainer', subject: 'first', state: 'done', machineId });
    await expect(create({ name: 'first' })).rejects.toMatchObject({ reason: 'nameTaken' });
  });

  test('an image that is missing is pulled, or not; nothing is left when it cannot be', async () => {
    const asked: string[] = [];
    pull = async (name) => {
      asked.push(name);
      throw new AppError('imageMissing', { image: name });
    };
    await expect(create({ image: 'absent/image:1' })).rejects.toMatchObject({ reason: 'imageMissing' });
    await expect(create({ image: 'absent/image:1', pull: 'never' })).rejects.toMatchObject({ reason: 'imageMissing' });
    await expect(create({ pull: 'always' })).rejects.toMatchObject({ reason: 'imageMissing' });
    expect(asked).toEqual(['absent/image:1', IMAGE]);
    await expect.poll(names).toEqual([]);
  });

  test('a start that fails leaves nothing, and says why', async () => {
    await using taken = await takenPort();
    const ports = [{ hostAddress: '127.0.0.1', hostPort: taken.port, containerPort: 80 }];
    await expect(create({ name: 'blocked', ports })).rejects.toMatchObject({
      problem: { reason: 'portTaken', params: { port: taken.port } },
    });
    await expect(create({ name: 'nowhere', command: ['/no/such'] })).rejects.toMatchObject({ code: 'exited' });
    await expect.poll(names).toEqual([]);
  });

  test('ports are told with their owner, a machine before a process, and its own do not count', async () => {
    const question = { engineId, protocol: 'tcp' as const, except: null };
    let hostPort: number;
    {
      await using taken = await takenPort();
      hostPort = taken.port;
      const answer = await machines.containers.port({ ...question, port: hostPort }, signal);
      expect(answer.owner).toContain(`(process ${process.pid})`);
      expect(answer.next).toBeGreaterThan(hostPort);
    }
    const { machineId } = await create({ name: 'holder', ports: [{ hostAddress: '127.0.0.1', hostPort, containerPort: 80 }] });
    await become(machineId, 'running');
    expect(await machines.containers.port({ ...question, port: hostPort }, signal)).toMatchObject({ owner: 'holder' });
    expect(await machines.containers.port({ ...question, port: hostPort, except: machineId }, signal)).toEqual({
      owner: null,
      next: hostPort,
    });
    const copy = await machines.containers.describe({ id: machineId, as: 'copy' }, signal);
    expect(copy.spec).toMatchObject({ name: 'holder-copy', image: IMAGE });
    expect(copy.spec.ports[0]?.hostPort).toBeGreaterThan(hostPort);
  });

  describe('another in the place of one', () => {
    const write = ['/bin/sh', '-c', 'test -e /data/mark || echo first > /data/mark; cat /data/mark; exec sleep 1000'];

    test('has its name and its volumes', async () => {
      const { machineId } = await create({ name: 'kept', command: write });
      await become(machineId, 'running');
      const { spec } = await machines.containers.describe({ id: machineId, as: 'same' }, signal);
      const changed = { ...spec, env: { CHANGED: 'yes' }, command: ['/bin/sh', '-c', 'grep first /data/mark && exec sleep 1000'] };
      const after = await machines.containers.recreate({ id: machineId, spec: changed, start: true });
      await become(after.machineId, 'running');
      await alone('kept');
      const { spec: now } = await machines.containers.describe({ id: after.machineId, as: 'same' }, signal);
      expect(now).toEqual({ ...changed });
    });

    test.each([
      ['a port that is taken', async () => ({ taken: await takenPort() }), 'portTaken'],
      ['an image that is missing', async () => ({ fields: { image: 'absent/image:1' } }), 'imageMissing'],
      [
        'an option that the engine refuses',
        async () => ({ fields: { networks: [{ network: 'no-such-net', aliases: [], ipv4: null, ipv6: null }] } }),
        'engineRefused',
      ],
      ['a command that is not there', async () => ({ fields: { command: ['/no/such'], entrypoint: null } }), 'entrypointMissing'],
    ] as [string, () => Promise<{ taken?: { port: number } & AsyncDisposable; fields?: Partial<ContainerSpec> }>, string][])(
      '%s: the old one is back as it was',
      async (_words, make, reason) => {
        const { machineId } = await create({ name: 'old', command: write });
        await become(machineId, 'running');
        const { spec } = await machines.containers.describe({ id: machineId, as: 'same' }, signal);
        const { taken, fields = {} } = await make();
        try {
          const ports =
            taken === undefined ? [] : [{ hostAddress: '127.0.0.1', hostPort: taken.port, containerPort: 80, protocol: 'tcp' as const }];
          await expect(
            machines.containers.recreate({ id: machineId, spec: { ...spec, ports, ...fields }, start: true }),
          ).rejects.toMatchObject({ reason });
          await alone('old');
          await become(machineId, 'running');
          expect((await machines.containers.describe({ id: machineId, as: 'same' }, signal)).spec).toEqual(spec);
        } finally {
          await taken?.[Symbol.asyncDispose]();
        }
      },
    );

    test('cancelled half way, the old one is back', async () => {
      const { machineId } = await create({ name: 'old', command: write });
      await become(machineId, 'running');
      const { spec } = await machines.containers.describe({ id: machineId, as: 'same' }, signal);
      const containers = facetOf(inventory.driver(engineId), 'containers');
      const { createFrom } = containers;
      using spy = vi.spyOn(containers, 'createFrom');
      // Half way: the old one has stepped aside, and the new one is there.
      spy.mockImplementationOnce(async (request, over) => {
        const made = await createFrom(request, over);
        const task = await lastTask();
        // Not waited for: the task ends after this.
        if (task !== undefined) void tasks.cancel(task.id);
        return made;
      });
      const recreated = machines.containers.recreate({ id: machineId, spec: { ...spec, env: { A: '1' } }, start: true });
      await expect(recreated).rejects.toMatchObject({ code: 'cancelled' });
      await alone('old');
      await become(machineId, 'running');
    });

    test('one that goes when it ends is made again', async () => {
      const { machineId } = await create({ name: 'fleeting', autoRemove: true });
      await become(machineId, 'running');
      const { spec } = await machines.containers.describe({ id: machineId, as: 'same' }, signal);
      const refused = machines.containers.recreate({ id: machineId, spec: { ...spec, command: ['/no/such'] }, start: true });
      await expect(refused).rejects.toMatchObject({ reason: 'entrypointMissing' });
      await alone('fleeting');
      const back = inventory.machines()[0];
      if (back === undefined) throw new Error('it is back');
      await become(back.id, 'running');
    });
  });
});

async function* single(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
