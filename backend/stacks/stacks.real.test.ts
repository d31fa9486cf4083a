import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDockerd, startPodman, type TestEngine } from '../../testing/engines.ts';
import { testImageArchive } from '../../testing/test-image.ts';
import { TEST_PORTS } from '../../testing/test-ports.ts';
import { type EngineId, groupStacks, type StackRef, type StackRun } from '../contract/index.ts';
import { type AppError, silentLogger, systemClock } from '../core/index.ts';
import { connectDocker } from '../drivers/docker/driver.ts';
import type { EngineFinder } from '../drivers/driver.ts';
import type { Host } from '../hosts/host.ts';
import { createLocalHost } from '../hosts/local.ts';
import { createRegistryService } from '../images/index.ts';
import { createInventory, type Inventory } from '../inventory/index.ts';
import { createMachineService } from '../machines/index.ts';
import { createTasks } from '../tasks/index.ts';
import { createStackService, openProjects, type StackService } from './index.ts';

const ALWAYS = new AbortController().signal;
const IMAGE = 'catamaran/starter:latest';

const STACK = (port: number) => `
services:
  web:
    image: ${IMAGE}
    command: ["sh", "-c", "trap 'exit 0' TERM; httpd -p 8080; while true; do sleep 0.2; done"]
    ports: ["127.0.0.1:${port}:8080"]
    depends_on: [worker]
    networks: [back]
  worker:
    image: ${IMAGE}
    command: ["sh", "-c", "trap 'exit 0' TERM; while true; do echo working; sleep 0.2; done"]
    volumes: ["data:/data"]
    networks: [back]
  db:
    image: ${IMAGE}
    command: ["sh", "-c", "trap 'exit 0' TERM; while true; do sleep 0.2; done"]
    environment: { DB_PASSWORD: hunter22 }
    networks: [back]
networks: { back: {} }
volumes: { data: {} }
`;

const finderOf = (engines: readonly TestEngine[]): EngineFinder => ({
  find: async (host) =>
    engines.map(({ engine, socket }) => ({
      engineId: engine.id,
      engine,
      connect: (signal) => connectDocker({ host, engine, target: { unixPath: socket }, clock: systemClock, logger: silentLogger }, signal),
    })),
});

const setup = new AsyncDisposableStack();
let engines: TestEngine[];
let host: Host;
let inventory: Inventory;
let stacks: StackService;
let folder: string;

beforeAll(async () => {
  engines = [setup.use(await startDockerd()), setup.use(await startPodman())];
  host = setup.use(createLocalHost({ logger: silentLogger }));
  folder = join(engines[0]?.folder ?? '', 'stacks');
  const logger = silentLogger;
  const clock = systemClock;
  inventory = setup.use(createInventory({ hosts: [host], finders: [finderOf(engines)], clock, logger }));
  await inventory.search(ALWAYS);
  const archive = await testImageArchive({ name: IMAGE });
  for (const driver of inventory.drivers()) {
    await driver.images?.load(
      (async function* () {
        yield archive;
      })(),
      ALWAYS,
    );
  }
  const tasks = setup.use(createTasks({ clock, logger }));
  const registries = createRegistryService({ tasks, driver: inventory.driver, driverOf: inventory.driverOf, clock, logger });
  const machines = setup.use(
    createMachineService({
      inventory,
      tasks,
      disks: {} as never,
      pull: registries.pullWithin,
      defaults: () => ({ vmMemoryBytes: 1, vmCpus: 1 }),
      clock,
      logger,
    }),
  );
  const projects = await openProjects({ file: join(folder, 'stacks.json'), logger }, ALWAYS);
  stacks = setup.use(
    createStackService({
      inventory,
      machines,
      tasks,
      projects,
      pull: (asked, signal) => registries.pullWithin({ ...asked, platform: null }, signal),
      folder,
      clock,
      logger,
    }),
  );
});
afterAll(() => setup.disposeAsync());

/** Waits until the inventory shows it. */
async function until(holds: () => boolean): Promise<void> {
  const over = AbortSignal.timeout(120_000);
  for await (const _ of inventory.watch(over)) if (holds()) return;
  throw new Error('it did not come about');
}

function found(ref: StackRef) {
  return groupStacks(inventory.machines()).find((stack) => stack.engineId === ref.engineId && stack.name === ref.name);
}

function running(ref: StackRef, service: string): number {
  return (
    found(ref)
      ?.services.find(({ name }) => name === service)
      ?.machines.filter(({ state }) => state === 'running').length ?? 0
  );
}

async function lastRun(ref: StackRef): Promise<StackRun | null> {
  for await (const run of stacks.watchRun(ref, AbortSignal.timeout(60_000))) if (run?.state !== 'running') return run;
  return null;
}

/** What a page answers with; 0 while nobody serves it. */
const statusAt = (port: number) =>
  fetch(`http://127.0.0.1:${port}/`).then(
    ({ status }) => status,
    () => 0,
  );

/** Takes a stack away that a test made, when it has not got to that itself. */
function goneAfterwards(ref: StackRef): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      await stacks.run(ref, { do: 'down', volumes: true }).catch(() => {});
      await stacks.forget(ref, ALWAYS).catch(() => {});
    },
  };
}

async function takenPort(port = 0): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.close();
    await once(server, 'close');
  };
  return { port: (server.address() as { port: number }).port, [Symbol.asyncDispose]: close };
}

const problemOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error) => (error as AppError).problem,
  );

describe.each(['docker', 'podman'] as const)('%s', (product) => {
  const engineId = `${product}-test` as EngineId;
  const ref = { engineId, name: `shop-${product}` };

  test('a stack of three: up, found, scaled, a service stopped, down with what it kept', async () => {
    expect(await stacks.tool(engineId, ALWAYS)).toMatchObject({ version: expect.stringMatching(/^\d/) });
    const port = await host.freePort(TEST_PORTS, ALWAYS);
    await using _gone = goneAfterwards(ref);
    const project = await stacks.add(ref, STACK(port), ALWAYS);
    expect(project).toMatchObject({ ...ref, own: true });
    const definition = await stacks.definition(ref, ALWAYS);
    expect(definition.problems).toEqual([]);
    expect(definition.services.map(({ name, dependsOn }) => [name, dependsOn])).toEqual([
      ['db', []],
      ['web', ['worker']],
      ['worker', []],
    ]);

    await stacks.run(ref, { do: 'up' });
    await until(() => ['web', 'worker', 'db'].every((service) => running(ref, service) === 1));
    expect(found(ref)?.files).toEqual(project.files);
    const up = await lastRun(ref);
    expect(up).toMatchObject({ state: 'done', problem: null });
    expect(up?.commandLine).toContain('up -d');
    expect(up?.lines.length).toBeGreaterThan(2);
    expect(up?.lines.join('\n')).not.toContain('hunter22');
    await expect.poll(() => statusAt(port)).toBe(404);

    await until(() => inventory.listed('networks').some(({ name }) => name === `${ref.name}_back`));

    await stacks.run(ref, { do: 'scale', service: 'worker', replicas: 3 });
    await until(() => running(ref, 'worker') === 3);
    expect(running(ref, 'db')).toBe(1);
    await stacks.run(ref, { do: 'scale', service: 'worker', replicas: 1 });
    await until(() => found(ref)?.services.find(({ name }) => name === 'worker')?.machines.length === 1);

    await stacks.run(ref, { do: 'stop', service: 'db' });
    await until(() => running(ref, 'db') === 0);
    expect(running(ref, 'web')).toBe(1);
    await stacks.run(ref, { do: 'start' });
    await until(() => running(ref, 'db') === 1);

    expect(await problemOf(stacks.forget(ref, ALWAYS))).toMatchObject({ reason: 'stackNotDown' });
    await stacks.run(ref, { do: 'down', volumes: false });
    await until(() => found(ref) === undefined);
    const left = async (kind: 'volumes' | 'networks') =>
      (await inventory.driver(engineId)[kind]?.list(ALWAYS))?.filter(({ name }) => name.startsWith(`${ref.name}_`)).length;
    expect(await left('networks')).toBe(0);
    expect(await left('volumes')).toBe(1);
    await stacks.run(ref, { do: 'down', volumes: true });
    expect(await left('volumes')).toBe(0);
    await stacks.forget(ref, ALWAYS);
    expect(await host.stat(project.files[0] ?? '', ALWAYS)).toBeNull();
  });

  test('one that was started outside is found, and goes on without its file', async () => {
    const project = join(folder, `out-${product}`);
    await mkdir(project, { recursive: true });
    const file = join(project, 'compose.yml');
    await writeFile(file, `services: { one: { image: "${IMAGE}", command: ["sleep", "1000"], stop_signal: SIGKILL } }`);
    const outside = { engineId, name: `out-${product}` };
    await using _gone = goneAfterwards(outside);
    const { socket } = engines.find(({ engine }) => engine.id === engineId) as TestEngine;
    await host.exec(
      ['docker-compose', '-p', `out-${product}`, '-f', file, 'up', '-d'],
      { env: { DOCKER_HOST: `unix://${socket}` }, cwd: project },
      ALWAYS,
    );
    await until(() => running(outside, 'one') === 1);
    expect(found(outside)?.files).toEqual([file]);
    expect((await stacks.definition(outside, ALWAYS)).files[0]?.path).toBe(file);

    await rm(file);
    expect(await problemOf(stacks.definition(outside, ALWAYS))).toMatchObject({ reason: 'fileMissing', params: { path: file } });
    expect(await problemOf(stacks.run(outside, { do: 'up' }))).toMatchObject({ reason: 'fileMissing' });
    await stacks.run(outside, { do: 'restart' });
    await until(() => running(outside, 'one') === 1);
    await stacks.run(outside, { do: 'down', volumes: true });
    await until(() => found(outside) === undefined);
  });

  test('a taken port, and an image that cannot be pulled, fail with the tool’s own reason, and what is there is said', async () => {
    await using owner = await takenPort();
    const { port } = owner;
    const taken = { engineId, name: `taken-${product}` };
    await using _gone = goneAfterwards(taken);
    await stacks.add(taken, `services: { web: { image: "${IMAGE}", command: ["sleep", "9"], ports: ["127.0.0.1:${port}:80"] } }`, ALWAYS);
    expect(await problemOf(stacks.run(taken, { do: 'up' }))).toMatchObject({
      reason: 'composeFailed',
      params: { message: expect.stringMatching(/in use|allocated/) },
    });
    expect(await lastRun(taken)).toMatchObject({ state: 'failed' });
    await stacks.run(taken, { do: 'down', volumes: true });
    await stacks.forget(taken, ALWAYS);

    const absent = { engineId, name: `absent-${product}` };
    await using _absentGone = goneAfterwards(absent);
    await stacks.add(absent, 'services: { web: { image: "127.0.0.1:1/nothing:1" } }', ALWAYS);
    expect(await problemOf(stacks.run(absent, { do: 'up' }))).toMatchObject({
      reason: 'composeFailed',
      params: { message: expect.stringContaining('127.0.0.1:1') },
    });
    expect(await problemOf(stacks.run(absent, { do: 'pull' }))).toMatchObject({ code: 'unreachable' });
    await stacks.forget(absent, ALWAYS);
  });
});

test('an opened folder, its override, an edit, and a file that changed meanwhile', async () => {
  const engineId = 'docker-test' as EngineId;
  const project = join(folder, 'My Shop');
  await mkdir(project, { recursive: true });
  await writeFile(join(project, 'docker-compose.yml'), `services:\n  web:\n    image: ${IMAGE}\n    depends_on: [db]\n`);
  await writeFile(join(project, 'docker-compose.override.yml'), `services:\n  db:\n    image: ${IMAGE}\n`);
  const opened = await stacks.open(engineId, project, ALWAYS);
  await using _gone = goneAfterwards(opened);
  expect(opened).toMatchObject({ name: 'myshop', own: false });
  expect(opened.files).toHaveLength(2);
  const { files } = await stacks.definition(opened, ALWAYS);
  const [first] = files;
  if (first === undefined) throw new Error('no file');
  const broken = await stacks.check(opened, { path: first.path, text: first.text.replace('db]', 'cache]') }, ALWAYS);
  expect(broken.problems).toMatchObject([{ path: first.path, line: 4, rule: 'undefinedService', params: { service: 'cache' } }]);
  const saved = await stacks.save(opened, { ...first, text: `${first.text}    restart: always\n` }, ALWAYS);
  expect(saved.problems).toEqual([]);
  expect(await problemOf(stacks.save(opened, first, ALWAYS))).toMatchObject({ reason: 'fileChanged' });
  // What our rules do not see, the tool says, at its line.
  const strange = await stacks.save(
    opened,
    { ...(saved.files[0] as typeof first), text: `services:\n  web:\n    image: ${IMAGE}\n    restart: [1]\n` },
    ALWAYS,
  );
  expect(strange.problems).toMatchObject([{ line: 4, rule: 'tool' }]);
  await stacks.forget(opened, ALWAYS);
  expect(await host.stat(first.path, ALWAYS)).not.toBeNull();
});

test('without any Compose: said with the package to install, and what needs none still works', async () => {
  const engineId = 'docker-test' as EngineId;
  const bare = createLocalHost({ logger: silentLogger, env: { PATH: folder } });
  await using _bare = bare;
  const { findTool } = await import('./tool.ts');
  const { compose } = inventory.driver(engineId);
  expect(await findTool(bare, compose ?? (undefined as never), ALWAYS)).toBeNull();
});

test('podman-compose works too, through the engine’s own socket', async () => {
  const engineId = 'podman-test' as EngineId;
  const driver = inventory.driver(engineId);
  const { findTool } = await import('./tool.ts');
  const { runCompose } = await import('./compose-run.ts');
  const facet = driver.compose;
  if (facet === undefined) throw new Error('no facet');
  const tool = await findTool(host, { ...facet, commands: [['podman-compose']] }, ALWAYS);
  expect(tool).toMatchObject({ flavor: 'podman' });
  if (tool === null) return;
  const project = join(folder, 'pc');
  await mkdir(project, { recursive: true });
  const file = join(project, 'compose.yaml');
  const ref = { engineId, name: 'pc' };
  await using _gone = goneAfterwards(ref);
  const command = (args: string[]) => ({ command: { tool, env: facet.env, files: [file], name: 'pc', args }, onLine: () => {} });
  await writeFile(
    file,
    `services: { one: { image: "${IMAGE}", command: ["sh", "-c", "trap 'exit 0' TERM; while true; do sleep 0.2; done"] } }`,
  );
  await runCompose(host, command(['up', '-d']), ALWAYS);
  await until(() => running(ref, 'one') === 1);
  expect(found(ref)?.files).toEqual([file]);
  await stacks.run(ref, { do: 'down', volumes: true });
  await until(() => found(ref) === undefined && !inventory.listed('networks').some(({ name }) => name.startsWith('pc_')));
  await writeFile(file, 'services: { one: { image: "127.0.0.1:1/nothing:1" } }');
  expect(await problemOf(runCompose(host, command(['up', '-d']), ALWAYS))).toMatchObject({ reason: 'composeFailed' });
});

test('pods of Podman: made, filled, followed as their containers change, and removed with what is in them', async () => {
  const engineId = 'podman-test' as EngineId;
  const { pods, ...driver } = inventory.driver(engineId);
  if (pods === undefined) throw new Error('no facet');
  expect(inventory.driver('docker-test' as EngineId).pods).toBeUndefined();
  const port = await host.freePort(TEST_PORTS, ALWAYS);
  const spec = { name: 'pod-one', ports: [{ protocol: 'tcp' as const, hostAddress: '127.0.0.1', hostPort: port, machinePort: 8080 }] };
  const id = await pods.create(spec, ALWAYS);
  await using _removed = { [Symbol.asyncDispose]: async () => void (await pods.remove(id, ALWAYS).catch(() => {})) };
  const pod = () => inventory.listed('pods').find((one) => one.id === id);
  await until(() => pod()?.state === 'created');
  expect(pod()?.machineIds).toEqual([]);
  expect(await problemOf(pods.create(spec, ALWAYS))).toMatchObject({ reason: 'nameTaken' });

  const imageId = inventory
    .listed('images')
    .find((image) => image.engineId === engineId && image.names.some((name) => name.includes('starter')))?.id;
  if (imageId === undefined) throw new Error('no image');
  const command = ['sh', '-c', "trap 'exit 0' TERM; httpd -p 8080; while true; do sleep 0.2; done"];
  const member = await pods.addContainer(id, { imageId, imageName: IMAGE, name: 'pod-web', command }, ALWAYS);
  await driver.act(member, 'start', { force: false }, ALWAYS);
  await until(
    () => pod()?.state === 'running' && inventory.machines().some((machine) => machine.id === member && machine.state === 'running'),
  );
  // The container that holds the pod is nobody's.
  expect(pod()?.machineIds).toEqual([member]);
  expect(inventory.machines().filter(({ name }) => name.endsWith('-infra'))).toEqual([]);
  await expect.poll(() => statusAt(port)).toBe(404);

  await driver.act(member, 'stop', { force: false }, ALWAYS);
  await until(() => pod()?.state === 'degraded' || pod()?.state === 'stopped');
  for (const [action, state] of [
    ['start', 'running'],
    ['pause', 'paused'],
    ['resume', 'running'],
    ['restart', 'running'],
    ['kill', 'stopped'],
    ['start', 'running'],
    ['stop', 'stopped'],
  ] as const) {
    await pods.act(id, action, ALWAYS);
    await until(() => pod()?.state === state);
  }
  {
    await using _owner = await takenPort(port);
    expect(await problemOf(pods.act(id, 'start', ALWAYS))).toMatchObject({ reason: 'portTaken', params: { port } });
  }
  await pods.act(id, 'remove', ALWAYS);
  await until(() => pod() === undefined && !inventory.machines().some((machine) => machine.id === member));
  expect(await problemOf(pods.act(id, 'start', ALWAYS))).toMatchObject({ reason: 'podMissing' });
});
