import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { empty, removeFolder, shortFolder } from '../../../../testing/engines.ts';
import { startRegistry } from '../../../../testing/registry.ts';
import { testImageArchive } from '../../../../testing/test-image.ts';
import type { EmbeddedRegistry, MachineId } from '../../../contract/index.ts';
import { silentLogger, systemClock } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import { createLocalHost } from '../../../hosts/local.ts';
import type { Driver } from '../../driver.ts';
import { createEmbeddedEngine, type EmbeddedEngine } from './embedded-engine.ts';
import { createEmbeddedFinder } from './finder.ts';

const run = promisify(execFile);
const signal = new AbortController().signal;
let stack: AsyncDisposableStack;
let folder: string;
let host: Host;
let registries: EmbeddedRegistry[];

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  folder = await shortFolder();
  registries = [];
  stack.defer(() => removeFolder(folder));
  host = stack.use(createLocalHost({ logger: silentLogger }));
});
afterEach(() => stack.disposeAsync());

function create(): EmbeddedEngine {
  const paths = { dir: join(folder, 'p'), runDir: join(folder, 'r') };
  return createEmbeddedEngine({
    host,
    ...paths,
    runtimeDir: null,
    home: folder,
    registries: () => registries,
    clock: systemClock,
    logger: silentLogger,
  });
}

async function connect(embedded: EmbeddedEngine): Promise<Driver> {
  const finder = createEmbeddedFinder({ embedded, wanted: () => true, clock: systemClock, logger: silentLogger });
  const [candidate] = await finder.find(host, signal);
  if (candidate === undefined) throw new Error('it is wanted, so it is found');
  return candidate.connect(signal);
}

async function startMachine(driver: Driver): Promise<MachineId> {
  const archive = await testImageArchive({ name: 'catamaran/test:latest', config: { Cmd: ['/bin/sleep', '1000'] } });
  const { images, containers } = driver;
  if (images === undefined || containers === undefined) throw new Error('a container engine has both');
  const image = {
    id: await images.load(
      (async function* () {
        yield archive;
      })(),
      signal,
    ),
    name: 'catamaran/test:latest',
  };
  const process = await images.process(image.id, signal);
  const limits = { cpus: null, memoryBytes: null, processes: null };
  const id = await containers.create({ name: 'survivor', image, twinId: null, ports: [], limits, process }, signal);
  await driver.act(id, 'start', { force: false }, signal);
  return id;
}

async function pidOf(socket: string): Promise<number> {
  const { stdout } = await run('ss', ['-Hlxp', 'src', socket]);
  return Number(/pid=(\d+)/.exec(stdout)?.[1]);
}

test('its machines outlive it, and are found again when it is started again', async () => {
  const first = create();
  const { socket } = await first.start(signal);
  const driver = await connect(first);
  expect(driver.engine()).toMatchObject({
    product: 'podman',
    embedded: true,
    endpoint: socket,
    health: { status: 'healthy' },
  });
  const id = await startMachine(driver);
  const pid = (await driver.metrics?.source(id, signal))?.pid;
  await driver[Symbol.asyncDispose]();
  const servicePid = await pidOf(socket);
  await first[Symbol.asyncDispose]();
  await expect(readFile(`/proc/${servicePid}/stat`)).rejects.toThrow();
  await expect.poll(async () => (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ')).toBe('/bin/sleep 1000 ');

  await using second = create();
  await using again = await connect(second);
  expect(await again.list(signal)).toMatchObject([{ id, name: 'survivor', state: 'running' }]);
  expect((await again.metrics?.source(id, signal))?.pid).toBe(pid);
  await empty(socket);
});

test('a service that is killed comes back, and one that an app left behind is ended', async () => {
  await using embedded = create();
  const { socket } = await embedded.start(signal);
  const killed = await pidOf(socket);
  {
    await using driver = await connect(embedded);
    const events = driver.watch(signal)[Symbol.asyncIterator]();
    const lost = expect(events.next()).rejects.toMatchObject({ code: 'unreachable' });
    process.kill(killed, 'SIGKILL');
    await lost;
  }
  await expect.poll(() => pidOf(socket), { interval: 100 }).toSatisfy((pid: number) => pid > 0 && pid !== killed);
  const leftBehind = await pidOf(socket);

  // Another app on the same folder, as after a crash of the first.
  await using next = create();
  await next.start(signal);
  await expect(readFile(`/proc/${leftBehind}/stat`)).rejects.toThrow();
});

test('a start that fails gives Podman’s own words, and a later start may succeed', async () => {
  await using embedded = create();
  await mkdir(join(folder, 'p'), { recursive: true });
  const storage = join(folder, 'p/storage.conf');
  await writeFile(storage, '[storage]\ndriver = "nonsense"\ngraphroot = "/nowhere"\nrunroot = "/nowhere"\n');
  await expect(embedded.start(signal)).rejects.toMatchObject({
    reason: 'embeddedEngineFailed',
    problem: { params: { message: expect.stringContaining('nonsense') } },
  });
  expect(embedded.socket).toBeNull();
  await host.remove(join(folder, 'p'), signal);
  const { socket } = await embedded.start(signal);
  expect(embedded.socket).toBe(socket);
});

test('without Podman it says what to install', async () => {
  await using bare = createLocalHost({ logger: silentLogger, env: { PATH: join(folder, 'empty') } });
  const paths = { dir: join(folder, 'p'), runDir: join(folder, 'r') };
  await using embedded = createEmbeddedEngine({
    host: bare,
    ...paths,
    runtimeDir: null,
    home: folder,
    registries: () => registries,
    clock: systemClock,
    logger: silentLogger,
  });
  await expect(embedded.start(signal)).rejects.toMatchObject({ reason: 'commandMissing', problem: { params: { package: 'podman' } } });
});

test('a registry that is allowed while it runs is taken from then on, and nothing that runs is touched', async () => {
  await using registry = await startRegistry();
  await using embedded = create();
  const { socket } = await embedded.start(signal);
  await using driver = await connect(embedded);
  const pid = await pidOf(socket);
  const pull = () => {
    const layers = async () => null;
    const request = { name: `${registry.address}/no/such:1`, platform: null, allTags: false, credentials: null, layers };
    return driver.registries?.pull(request, () => {}, signal);
  };
  await expect(pull()).rejects.toMatchObject({ reason: 'registryTls' });
  registries = [{ registry: registry.address, insecure: true, mirrors: [] }];
  await embedded.reload(signal);
  // Podman reads it when it comes to it.
  await expect.poll(() => pull()?.catch((error) => error.reason)).toBe('imageMissing');
  expect(await driver.registries?.configuration(signal)).toMatchObject({ insecure: [registry.address] });
  expect(await pidOf(socket)).toBe(pid);
});
