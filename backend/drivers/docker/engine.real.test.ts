import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DriverEvents } from '../../../testing/driver-events.ts';
import { startDockerd, startPodman, type TestEngine } from '../../../testing/engines.ts';
import { testImageArchive } from '../../../testing/test-image.ts';
import { TEST_PORTS } from '../../../testing/test-ports.ts';
import { type ImageId, type MachineId, type PortForward, splitId, twinId } from '../../contract/index.ts';
import { silentLogger, systemClock } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { createLocalHost } from '../../hosts/local.ts';
import type { ContainersFacet, Driver, ImagesFacet, RunSpec } from '../driver.ts';
import { facetOf } from '../facets.ts';
import { EngineClient } from './engine-client.ts';
import { connectDocker } from './index.ts';

const signal = new AbortController().signal;
const NO_LIMITS = { cpus: null, memoryBytes: null, processes: null };

describe.each([
  ['Docker', startDockerd],
  ['Podman', startPodman],
])('%s', (_name, start: () => Promise<TestEngine>) => {
  const stack = new AsyncDisposableStack();
  let engine: TestEngine;
  let host: Host;
  let driver: Driver;
  let images: ImagesFacet;
  let containers: ContainersFacet;
  let shellImage: ImageId;
  let made = 0;

  beforeAll(async () => {
    engine = stack.use(await start());
    host = stack.use(createLocalHost({ logger: silentLogger }));
    const target = { unixPath: engine.socket };
    driver = stack.use(await connectDocker({ host, target, engine: engine.engine, clock: systemClock, logger: silentLogger }, signal));
    if (driver.images === undefined || driver.containers === undefined) throw new Error('a container engine has both');
    ({ images, containers } = { images: driver.images, containers: driver.containers });
    shellImage = await load('catamaran/test:latest', { Env: ['PATH=/bin', 'GREETING=안녕'], Cmd: ['/bin/sleep', '1000'] });
  });
  afterAll(() => stack.disposeAsync());

  async function load(name: string, config: Record<string, unknown>, shell = true): Promise<ImageId> {
    const archive = await testImageArchive({ name, config, shell });
    return images.load(
      (async function* () {
        yield archive;
      })(),
      signal,
    );
  }

  async function make(change: Partial<RunSpec> = {}, command?: string[]): Promise<{ id: MachineId } & AsyncDisposable> {
    const image = change.image ?? { id: shellImage, name: 'catamaran/test:latest' };
    const process = await images.process(image.id, signal);
    const spec = {
      name: `machine-${++made}`,
      image,
      twinId: null,
      ports: [],
      limits: NO_LIMITS,
      process: { ...process, command: command ?? process.command },
      ...change,
    };
    const id = await containers.create(spec, signal);
    return {
      id,
      async [Symbol.asyncDispose]() {
        await driver.act(id, 'remove', { force: true }, signal).catch(() => {});
      },
    };
  }

  const begin = (id: MachineId) => driver.act(id, 'start', { force: false }, signal);
  const find = async (id: MachineId) => (await driver.list(signal)).find((machine) => machine.id === id);

  test('the engine says what it is', () => {
    expect(driver.engine()).toMatchObject({ version: expect.stringMatching(/^\d+\./), rootless: false, health: { status: 'healthy' } });
  });

  test('what was asked for is what the machine says', async () => {
    const port: PortForward = {
      protocol: 'tcp',
      hostAddress: '127.0.0.1',
      hostPort: await host.freePort(TEST_PORTS, signal),
      machinePort: 80,
    };
    const limits = { cpus: 0.5, memoryBytes: 64 * 1024 * 1024, processes: 50 };
    const twin = twinId.parse('twin-1');
    await using machine = await make({ name: 'as-asked', twinId: twin, limits, ports: [port] }, ['/bin/httpd', '-f', '-h', '/etc']);
    await begin(machine.id);
    expect(await find(machine.id)).toMatchObject({
      name: 'as-asked',
      image: { id: shellImage, name: 'catamaran/test:latest' },
      ports: [port],
      limits,
      twinId: twin,
      kernelRelease: (await host.facts(signal)).kernelRelease,
    });
    const answer = async () => await (await fetch(`http://127.0.0.1:${port.hostPort}/passwd`)).text();
    await expect.poll(() => answer().catch(() => '')).toContain('root:x:0:0');
  });

  test('no limit asked for is no limit', async () => {
    await using machine = await make();
    expect(await find(machine.id)).toMatchObject({ limits: NO_LIMITS, ports: [], twinId: null });
  });

  test('a name is given once', async () => {
    await using _first = await make({ name: 'taken' });
    await expect(make({ name: 'taken' })).rejects.toMatchObject({ reason: 'nameTaken', problem: { params: { name: 'taken' } } });
  });

  test('a port that is taken is told with its owner and the next free one', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      await using machine = await make({ ports: [{ protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: port, machinePort: 80 }] });
      const taken = { reason: 'portTaken', params: { port, owner: expect.stringContaining(`(process ${process.pid})`) } };
      await expect(begin(machine.id)).rejects.toMatchObject({ problem: taken });
      const failed = await find(machine.id);
      expect(failed).toMatchObject({ state: 'failed', problem: taken, actions: ['start', 'remove'] });
      expect(Number(failed?.problem?.params.next)).toBeGreaterThan(port);
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await begin(machine.id);
      expect(await find(machine.id)).toMatchObject({ state: 'running', problem: null });
    } finally {
      server.close();
    }
  });

  test('a machine that needs too much memory says so', async (context) => {
    // Podman 4.3 does not notice where cgroups are version 1.
    if (driver.engine().product === 'podman' && !existsSync('/sys/fs/cgroup/cgroup.controllers')) return context.skip();
    const limits = { ...NO_LIMITS, memoryBytes: 16 * 1024 * 1024 };
    // Engines hear of it and of the end apart, and miss the one when both come at once: the shell stays for a while.
    const script = '(x=xxxxxxxxxxxxxxxx; while true; do x=$x$x; done); sleep 2; exit 137';
    await using machine = await make({ limits }, ['/bin/sh', '-c', script]);
    await using events = new DriverEvents(driver);
    await begin(machine.id);
    await events.state(machine.id, 'failed');
    expect((await find(machine.id))?.problem).toMatchObject({ reason: 'outOfMemory', params: { limitMiB: 16 } });
  });

  test('an image without a shell says so when a terminal is asked for', async () => {
    const id = await load('catamaran/noshell:latest', { Entrypoint: ['/sleep', '1000'] }, false);
    await using machine = await make({ image: { id, name: 'catamaran/noshell:latest' } });
    await begin(machine.id);
    await expect(driver.terminals?.open(machine.id, 'shell', { cols: 80, rows: 24 }, signal)).rejects.toMatchObject({ reason: 'noShell' });
  });

  test('the workload itself can be watched, with what it said before', async () => {
    const script = 'echo early; until [ -e /tmp/go ]; do sleep 0.1; done; echo late; exit 4';
    await using machine = await make({}, ['/bin/sh', '-c', script]);
    await begin(machine.id);
    await driver.logs.read(machine.id, { follow: true, tail: null }, signal)[Symbol.asyncIterator]().next();
    const channel = await driver.terminals?.open(machine.id, 'attach', { cols: 80, rows: 24 }, signal);
    if (channel === undefined) throw new Error('there are terminals');
    await using _channel = channel;
    expect(Buffer.from(channel.backlog ?? []).toString()).toBe('early\r\n');
    {
      await using tree = await facetOf(driver, 'files').open(machine.id, signal);
      await tree.makeFolder('/tmp/go', signal);
    }
    expect((await buffer(channel.output as AsyncIterable<Uint8Array> & NodeJS.ReadableStream)).toString()).toBe('late\r\n');
    expect(await channel.exited).toBe(4);
  });

  test('a closed terminal leaves no shell behind', async () => {
    await using machine = await make();
    await begin(machine.id);
    const opened = await driver.terminals?.open(machine.id, 'shell', { cols: 80, rows: 24 }, signal);
    opened?.write(Buffer.from('sleep 500 & sleep 600\r'));
    await opened?.output[Symbol.asyncIterator]().next();
    await opened?.[Symbol.asyncDispose]();
    await expect.poll(async () => processesIn(machine.id)).toEqual(['/bin/sleep 1000']);
  });

  /** Of the container's control group, whatever the engine says of it. */
  async function processesIn(id: MachineId): Promise<string[]> {
    const { nativeId } = splitId(id);
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const read = (pid: string, file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    const inside = await Promise.all(pids.map(async (pid) => ((await read(pid, 'cgroup')).includes(nativeId) ? pid : null)));
    const commands = await Promise.all(inside.flatMap((pid) => (pid === null ? [] : [read(pid, 'cmdline')])));
    return commands.map((command) => command.replaceAll('\0', ' ').trim()).filter((command) => !/conmon/.test(command));
  }

  describe('images', () => {
    test('are listed with what is known of them', async () => {
      const image = (await images.list(signal)).find(({ id }) => id === shellImage);
      expect(image).toMatchObject({
        names: ['catamaran/test:latest'],
        layers: [{ chainId: expect.stringMatching(/^sha256:/) }],
        architecture: expect.any(String),
        starter: false,
      });
      expect(image?.sizeBytes).toBeGreaterThan(500_000);
    });

    test('say what process they run', async () => {
      const config = {
        Entrypoint: ['/bin/httpd'],
        Cmd: ['-f'],
        User: '1000:1000',
        WorkingDir: '/tmp',
        ExposedPorts: { '80/tcp': {}, '53/udp': {} },
        StopSignal: 'SIGINT',
      };
      const id = await load('catamaran/process:latest', config);
      const found = await images.process(id, signal);
      expect(found).toMatchObject({
        entrypoint: ['/bin/httpd'],
        command: ['-f'],
        env: ['PATH=/bin'],
        workingDir: '/tmp',
        user: '1000:1000',
      });
      expect(found.stopSignal).toBe('SIGINT');
      expect(found.exposedPorts.toSorted((a, b) => a.port - b.port)).toEqual([
        { protocol: 'udp', port: 53 },
        { protocol: 'tcp', port: 80 },
      ]);
    });

    test('give their whole filesystem, and leave no container behind, also when the reader leaves early', async () => {
      const before = (await driver.list(signal)).length;
      const names: string[] = [];
      const unpack = extract();
      unpack.on('entry', (header, entry, next) => {
        names.push(header.name.replace(/^\.?\//, ''));
        entry.on('end', next).resume();
      });
      await pipeline(images.exportFilesystem(shellImage, signal), unpack);
      expect(names).toEqual(expect.arrayContaining(['bin/busybox', 'bin/sh', 'etc/passwd']));
      for await (const _chunk of images.exportFilesystem(shellImage, signal)) break;
      expect(await containersOf()).toBe(before);
    });

    test('are removed, but not while a machine uses them', async () => {
      const id = await load('catamaran/short-lived:latest', {});
      {
        await using machine = await make({ name: 'user-of-it', image: { id, name: 'catamaran/short-lived:latest' } }, ['/bin/sleep', '9']);
        expect(machine.id).toBeTruthy();
        const inUse = { reason: 'imageInUse', params: { image: 'catamaran/short-lived:latest', machines: 'user-of-it' } };
        await expect(images.remove(id, signal)).rejects.toMatchObject({ problem: inUse });
      }
      await images.remove(id, signal);
      expect((await images.list(signal)).some((image) => image.id === id)).toBe(false);
      await expect(images.process(id, signal)).rejects.toMatchObject({ reason: 'imageMissing' });
    });

    test('what is no archive is refused in the engine’s words, with what to do', async () => {
      const noise = (async function* () {
        yield Buffer.from('this is no tar');
      })();
      await expect(images.load(noise, signal)).rejects.toMatchObject({ reason: 'archiveUnusable' });
    });
  });

  async function containersOf(): Promise<number> {
    using client = new EngineClient({ name: 'test', endpoint: engine.socket }, (abort) => host.dial({ unixPath: engine.socket }, abort));
    const body = await client.stream({ method: 'GET', path: '/containers/json', query: { all: true } }, signal);
    return (JSON.parse(await text(body)) as unknown[]).length;
  }
});
