import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Image, MachineId, StartWay } from '../backend/contract/index.ts';
import { silentLogger, systemClock } from '../backend/core/index.ts';
import { connectDocker } from '../backend/drivers/docker/driver.ts';
import type { Driver } from '../backend/drivers/driver.ts';
import { createLocalHost } from '../backend/hosts/local.ts';
import { createDiskStore } from '../backend/images/index.ts';
import { startDockerd } from '../testing/engines.ts';
import { temporaryFolder } from '../testing/temporary.ts';
import { connectTestQemu, testQemuOptions, testRun } from '../testing/test-guests.ts';
import { testImageArchive } from '../testing/test-image.ts';
import { type BenchContext, type BenchResult, interleave, type Measurement, spreadOf } from './harness.ts';

export const name = 'vm-clone';
export const describe =
  'clones of templates against containers of the same image: warm, launch to a TCP answer against docker start (warmRatio ≤ 0.6); generic, launch to the first output against docker run (genericRatio ≤ 1.6); memory each of 20 clones against 20 booted machines (memoryRatio ≤ 0.4)';

const execute = promisify(execFile);
const IMAGE = 'catamaran-bench/web:1';
const SERVER = 'page-server';
const WEB = [`/bin/${SERVER}`];
const LIMITS = { cpus: 1, memoryBytes: 256 * 1024 * 1024, processes: null };
const MANY = 20;
const TEMPLATES_MS = 120_000;
const ASK_EVERY_MS = 5;
const ANSWER_LIMIT_MS = 60_000;
const ASK_LIMIT_MS = 1000;

export async function run(context: BenchContext): Promise<BenchResult> {
  const { signal } = context;
  await using folder = await temporaryFolder();
  await using dockerd = await startDockerd();
  await using host = createLocalHost({ logger: silentLogger });
  const docker = (...args: string[]) => execute('docker', ['--host', `unix://${dockerd.socket}`, ...args], { signal });
  const loading = docker('load');
  const programs = { [SERVER]: await pageServer(folder.path, signal) };
  loading.child.stdin?.end(await testImageArchive({ name: IMAGE, config: { Cmd: WEB, ExposedPorts: { '80/tcp': {} } }, programs }));
  await loading;
  const disk = await diskOf(host, { dockerd, dir: join(folder.path, 'disks') }, signal);
  let way: StartWay = 'warm';
  const options = { ...(await testQemuOptions(folder.path)), startWay: () => way };
  await using driver = await connectTestQemu(host, options, signal);
  const machines = new Machines(driver, disk, async () => await host.freePort(30_000 + Math.floor(Math.random() * 20_000), signal));

  context.log('the first start: it boots, and its templates are made');
  await using first = await machines.make(signal);
  await machines.start(first.id, signal);
  await machines.check(first.id, 'boot', signal);
  await templatesOf(driver, context);
  const accelerator = driver.engine().accelerator?.name ?? 'tcg';

  const port = await host.freePort(28_000, signal);
  const { stdout } = await docker('create', '--publish', `127.0.0.1:${port}:80`, IMAGE);
  const container = stdout.trim();
  const warmClone: Measurement = async () => {
    way = 'warm';
    await using machine = await machines.make(signal);
    const begunAt = performance.now();
    await machines.start(machine.id, signal);
    const ms = (await answer(machine.port, signal)) - begunAt;
    await machines.check(machine.id, 'warm', signal);
    return ms;
  };
  const dockerStart: Measurement = async () => {
    const begunAt = performance.now();
    await docker('start', container);
    const ms = (await answer(port, signal)) - begunAt;
    await docker('stop', '--time', '0', container);
    return ms;
  };
  context.log('warm clone against docker start, to a TCP answer');
  const warm = await interleave({ ours: warmClone, peer: dockerStart, runs: 15, warmup: 2, unit: 'ms' }, context);

  const genericClone: Measurement = async () => {
    way = 'clone';
    await using machine = await machines.make(signal);
    const { seen } = await driver.logs.firstOutput(machine.id, signal);
    const begunAt = performance.now();
    await machines.start(machine.id, signal);
    const seenAt = await seen;
    await machines.check(machine.id, 'clone', signal);
    if (seenAt === null) throw new Error('the clone wrote nothing');
    return seenAt - begunAt;
  };
  const dockerRun: Measurement = async () => {
    const begunAt = performance.now();
    const child = execFile('docker', ['--host', `unix://${dockerd.socket}`, 'run', '--rm', IMAGE]);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    const ms = performance.now() - begunAt;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const { stdout: ids } = await docker('ps', '--quiet');
    await docker('rm', '--force', ...ids.split('\n').filter(Boolean));
    await ended;
    return ms;
  };
  context.log('generic clone against docker run, to the first output');
  const generic = await interleave({ ours: genericClone, peer: dockerRun, runs: 15, warmup: 2, unit: 'ms' }, context);

  context.log(`memory of ${MANY} clones and of ${MANY} booted machines`);
  const memory: Partial<Record<StartWay, ReturnType<typeof spreadOf>>> = {};
  for (const each of ['boot', 'clone', 'warm'] as const) {
    way = each;
    const bytes = await machines.memoryOfMany({ count: MANY, way: each }, signal);
    memory[each] = spreadOf(bytes.map((one) => one / 1024 ** 2));
    context.log(`${each}: ${memory[each]?.median.toFixed(1)} MiB each`);
  }
  const { boot, clone, warm: warmMemory } = memory as Record<StartWay, ReturnType<typeof spreadOf>>;
  return {
    ...warm,
    warmRatio: warm.ratio,
    genericRatio: generic.ratio,
    memoryRatio: warmMemory.median / boot.median,
    genericMemoryRatio: clone.median / boot.median,
    generic: { ours: generic.ours, peer: generic.peer, spread: generic.spread },
    memoryMiB: { machines: MANY, boot, clone, warm: warmMemory },
    templates: (await driver.vmTemplates?.list(signal))?.map(({ kind, sizeBytes, buildMs }) => ({ kind, sizeBytes, buildMs })),
    loadAtEnd: loadavg()[0],
    accelerator,
  };
}

async function pageServer(folder: string, signal: AbortSignal): Promise<Buffer> {
  const path = join(folder, SERVER);
  await execute('cc', ['-Os', '-static', '-s', '-o', path, join(import.meta.dirname, 'parts', `${SERVER}.c`)], { signal });
  return await readFile(path);
}

async function diskOf(
  host: ReturnType<typeof createLocalHost>,
  of: { dockerd: Awaited<ReturnType<typeof startDockerd>>; dir: string },
  signal: AbortSignal,
): Promise<string> {
  const { engine, socket } = of.dockerd;
  await using driver = await connectDocker(
    { host, target: { unixPath: socket }, engine, clock: systemClock, logger: silentLogger },
    signal,
  );
  const { images } = driver;
  if (images === undefined) throw new Error('Docker has images');
  const [image] = await images.list(signal);
  return await createDiskStore({ host, dir: of.dir, logger: silentLogger }).diskFor({ image: image as Image, images }, () => {}, signal);
}

class Machines {
  readonly #driver: Driver;
  readonly #disk: string;
  readonly #freePort: () => Promise<number>;
  #made = 0;

  constructor(driver: Driver, disk: string, freePort: () => Promise<number>) {
    this.#driver = driver;
    this.#disk = disk;
    this.#freePort = freePort;
  }

  async make(signal: AbortSignal): Promise<{ id: MachineId; port: number } & AsyncDisposable> {
    const vms = this.#driver.virtualMachines;
    if (vms === undefined) throw new Error('QEMU runs virtual machines');
    const port = await this.#freePort();
    const ports = [{ protocol: 'tcp' as const, hostAddress: '127.0.0.1', hostPort: port, machinePort: 80 }];
    const process = { exposedPorts: [{ protocol: 'tcp' as const, port: 80 }] };
    const id = await vms.define(testRun(`bench-${++this.#made}`, WEB, { ports, limits: LIMITS, process }), signal);
    await vms.setDisk(id, this.#disk, signal);
    const always = new AbortController().signal;
    return { id, port, [Symbol.asyncDispose]: () => this.#driver.act(id, 'remove', { force: true }, always) };
  }

  async start(id: MachineId, signal: AbortSignal): Promise<void> {
    await this.#driver.act(id, 'start', { force: false }, signal);
  }

  /** @throws Error when it started another way: that would be another measurement */
  async check(id: MachineId, wanted: StartWay, signal: AbortSignal): Promise<void> {
    const machine = (await this.#driver.list(signal)).find((one) => one.id === id);
    if (machine?.startWay !== wanted) throw new Error(`it started as ${machine?.startWay} and not as ${wanted}`);
  }

  /** Proportional set size of each, in bytes, while all run and have answered. */
  async memoryOfMany(of: { count: number; way: StartWay }, signal: AbortSignal): Promise<number[]> {
    await using stack = new AsyncDisposableStack();
    const ids: MachineId[] = [];
    for (let index = 0; index < of.count; index++) {
      const machine = stack.use(await this.make(signal));
      await this.start(machine.id, signal);
      await this.check(machine.id, of.way, signal);
      await answer(machine.port, signal);
      ids.push(machine.id);
    }
    return await Promise.all(
      ids.map(async (id) => {
        const source = await this.#driver.metrics?.source(id, signal);
        const text = await readFile(`/proc/${source?.pid}/smaps_rollup`, 'latin1');
        return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1]) * 1024;
      }),
    );
  }
}

async function templatesOf(driver: Driver, { signal }: BenchContext): Promise<void> {
  const deadline = performance.now() + TEMPLATES_MS;
  while (((await driver.vmTemplates?.list(signal)) ?? []).length < 2) {
    if (performance.now() > deadline) throw new Error('the templates were not made');
    await systemClock.sleep(100, signal);
  }
}

/**
 * When the first byte of an answer came, on the clock of `performance.now`. Asked once the machine has started, on both sides: a
 * connection made before that may hang for a second, on QEMU's network and on a bridge whose neighbour is not there yet.
 */
async function answer(port: number, signal: AbortSignal): Promise<number> {
  const deadline = performance.now() + ANSWER_LIMIT_MS;
  for (;;) {
    signal.throwIfAborted();
    const answeredAt = await ask(port);
    if (answeredAt !== null) return answeredAt;
    if (performance.now() > deadline) throw new Error(`nothing answered at port ${port}`);
    await systemClock.sleep(ASK_EVERY_MS);
  }
}

/** Null: it was refused, or let fall. */
async function ask(port: number): Promise<number | null> {
  const socket = connect({ host: '127.0.0.1', port }, () => socket.write('GET / HTTP/1.0\r\n\r\n'));
  socket.setTimeout(ASK_LIMIT_MS, () => socket.destroy());
  const { promise, resolve } = Promise.withResolvers<number | null>();
  socket.once('data', () => {
    resolve(performance.now());
    socket.destroy();
  });
  socket.once('error', () => {});
  socket.once('close', () => resolve(null));
  return await promise;
}
