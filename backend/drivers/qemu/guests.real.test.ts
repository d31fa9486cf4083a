import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../../../testing/temporary.ts';
import { connectTestQemu, testDisk, testQemuOptions, testRun } from '../../../testing/test-guests.ts';
import { TEST_PORTS } from '../../../testing/test-ports.ts';
import type { LogLine, Machine, MachineId, PortForward } from '../../contract/index.ts';
import { silentLogger } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { createLocalHost } from '../../hosts/local.ts';
import type { Counters, Driver, RunSpec, VirtualMachinesFacet } from '../driver.ts';
import { createQemuFinder, type QemuFinderOptions } from './finder.ts';
import { runningPid } from './process.ts';
import { vmFiles } from './vm-files.ts';

const never = new AbortController().signal;
const STAYS = ['/bin/sh', '-c', 'echo up; exec sleep 1000'];

let parts: AsyncDisposableStack;
let host: Host;
let folder: string;
let options: QemuFinderOptions;
let driver: Driver;
let vms: VirtualMachinesFacet;
let disk: string;

beforeAll(async () => {
  parts = new AsyncDisposableStack();
  host = parts.use(createLocalHost({ logger: silentLogger }));
  folder = parts.use(await temporaryFolder()).path;
  options = await testQemuOptions(folder);
  disk = await testDisk(host, { path: join(folder, 'base.ext4'), shell: true }, never);
  await connect();
  parts.defer(() => driver[Symbol.asyncDispose]());
});
afterAll(() => parts[Symbol.asyncDispose]());

async function connect(): Promise<void> {
  driver = await connectTestQemu(host, options, never);
  if (driver.virtualMachines === undefined) throw new Error('QEMU runs virtual machines');
  vms = driver.virtualMachines;
}

/** Removed at the end of the test, running or not. */
async function guest(spec: RunSpec, basePath = disk): Promise<{ id: MachineId } & AsyncDisposable> {
  const id = await vms.define(spec, never);
  await vms.setDisk(id, basePath, never);
  return removed(id);
}
const removed = (id: MachineId) => ({ id, [Symbol.asyncDispose]: () => driver.act(id, 'remove', { force: true }, never) });

const start = (id: MachineId) => driver.act(id, 'start', { force: false }, never);
const filesOf = (id: MachineId) => vmFiles(options, id.slice(id.indexOf('/') + 1));
async function find(id: MachineId): Promise<Machine> {
  const found = (await driver.list(never)).find((machine) => machine.id === id);
  if (found === undefined) throw new Error(`${id} is not listed`);
  return found;
}
async function until(id: MachineId, fits: (machine: Machine) => boolean): Promise<Machine> {
  const over = new AbortController();
  try {
    const events = driver.watch(over.signal);
    const now = await find(id);
    if (fits(now)) return now;
    for await (const event of events) if (event.type === 'machine' && event.machine.id === id && fits(event.machine)) return event.machine;
    throw new Error('the driver went away');
  } finally {
    over.abort();
  }
}
/** What a workload wrote until it ended. */
async function output(id: MachineId): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const batch of driver.logs.read(id, { follow: true, tail: null }, never)) lines.push(...batch);
  return lines.filter((line) => line.stream !== 'boot');
}
async function freePorts(count: number): Promise<PortForward[]> {
  const ports: PortForward[] = [];
  for (let index = 0; index < count; index++) {
    ports.push({ protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: await host.freePort(TEST_PORTS, never), machinePort: 80 });
  }
  return ports;
}

describe('the image’s process', () => {
  test('runs as its user with its groups, in its folder, with its variables, on a network', async () => {
    const script = [
      'id; pwd; echo "$A|$HOME|$HOSTNAME|$PATH"; cat /etc/resolv.conf; grep -c eth0 /proc/net/dev',
      'echo again > /dev/stdout; echo wrong >&2; cat /sys/fs/cgroup/guest/pids.max; exit 4',
    ].join('; ');
    const process = { entrypoint: ['sh', '-c'], workingDir: '/srv/made/for it', user: 'web', env: ['A=x  y"z'] };
    await using machine = await guest(testRun('process', [script], { process, limits: { cpus: 2, memoryBytes: 2 ** 28, processes: 77 } }));
    await start(machine.id);
    const lines = await output(machine.id);
    expect(lines.filter((line) => line.stream === 'stdout').map((line) => line.text)).toEqual([
      'uid=1000(web) gid=1000(web) groups=2000(extra)',
      '/srv/made/for it',
      'x  y"z|/home/web|process|/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'nameserver 10.0.2.3',
      '1',
      'again',
      '77',
    ]);
    expect(lines.filter((line) => line.stream === 'stderr').map((line) => line.text)).toEqual(['wrong']);
    expect(Math.abs((lines[0]?.timeMs ?? 0) - Date.now())).toBeLessThan(60_000);
    const ended = await find(machine.id);
    expect(ended).toMatchObject({ state: 'stopped', exitCode: 4, limits: { cpus: 2, memoryBytes: 2 ** 28, processes: 77 } });
    expect(ended.kernelRelease).toMatch(/^\d+\.\d+/);
  });

  test('a user that the image does not have is named', async () => {
    await using machine = await guest(testRun('nobody', STAYS, { process: { user: 'ghost' } }));
    await expect(start(machine.id)).rejects.toMatchObject({ reason: 'entrypointFailed', message: expect.stringContaining('ghost') });
  });

  test('its files are there after a stop and a kill', async () => {
    const count = ['/bin/sh', '-c', 'echo run >> /runs; cat /runs; exec sleep 1000'];
    await using machine = await guest(testRun('keeps', count));
    for (const end of ['stop', 'kill', 'stop'] as const) {
      const { seen } = await driver.logs.firstOutput(machine.id, never);
      await start(machine.id);
      expect(await seen).not.toBeNull();
      await driver.act(machine.id, end, { force: false }, never);
    }
    expect((await output(machine.id)).map((line) => line.text)).toEqual(['run', 'run', 'run', 'run', 'run', 'run']);
  });
});

test('two starts at once are one', async () => {
  await using machine = await guest(testRun('twice', STAYS));
  await Promise.all([start(machine.id), start(machine.id)]);
  expect(await find(machine.id)).toMatchObject({ state: 'running' });
});

test('a cancelled start leaves nothing running', async () => {
  await using machine = await guest(testRun('cancelled', STAYS));
  const cancel = new AbortController();
  const starting = driver.act(machine.id, 'start', { force: false }, cancel.signal);
  starting.catch(() => {});
  await vi.waitUntil(() => runningPid(host, filesOf(machine.id), never), { interval: 1, timeout: 60_000 });
  cancel.abort();
  await expect(starting).rejects.toMatchObject({ code: 'cancelled' });
  expect(await runningPid(host, filesOf(machine.id), never)).toBeNull();
  expect(await find(machine.id)).toMatchObject({ state: 'stopped', problem: null });
});

describe('ports', () => {
  test('a forward reaches the guest, and is changed while it runs', async () => {
    const [first, second] = await freePorts(2);
    const web = ['/bin/sh', '-c', 'echo hello > /tmp/index.html; exec httpd -f -p 80 -h /tmp'];
    await using machine = await guest(testRun('web', web, { ports: [first!] }));
    await start(machine.id);
    const get = async (port: PortForward) => await (await fetch(`http://127.0.0.1:${port.hostPort}/index.html`)).text();
    await expect.poll(() => get(first!).catch(() => '')).toBe('hello\n');
    await vms.setPorts(machine.id, [second!], never);
    expect(await get(second!)).toBe('hello\n');
    await expect(get(first!)).rejects.toThrow();
    expect((await find(machine.id)).ports).toEqual([second]);
  });

  test('one that is taken is told with the next free one, at launch and while it runs', async () => {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const taken: PortForward = { protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: port, machinePort: 80 };
    const refusal = { reason: 'portTaken', problem: { params: { port, next: expect.any(Number) } } };
    try {
      await using machine = await guest(testRun('taken', STAYS, { ports: [taken] }));
      await expect(start(machine.id)).rejects.toMatchObject(refusal);
      expect(await find(machine.id)).toMatchObject({ state: 'failed', problem: { reason: 'portTaken' }, actions: ['start', 'remove'] });
      await vms.setPorts(machine.id, [], never);
      await start(machine.id);
      const [kept] = await freePorts(1);
      await vms.setPorts(machine.id, [kept!], never);
      await expect(vms.setPorts(machine.id, [taken], never)).rejects.toMatchObject(refusal);
      expect((await find(machine.id)).ports).toEqual([kept]);
    } finally {
      server.close();
    }
  });
});

describe('a machine that outlives us', () => {
  test('is found again with its state, its log and its console’s last screen', async () => {
    await using machine = await guest(testRun('outlives', STAYS));
    await start(machine.id);
    const before = await find(machine.id);
    {
      await using console = await openConsole(machine.id);
      await console.ask('echo seen-$((40+2))', /seen-42/);
    }
    await driver[Symbol.asyncDispose]();
    await connect();
    // What runs guests here is found out anew, in the background.
    expect(await until(machine.id, ({ vm }) => vm?.accelerator !== null)).toEqual(before);
    expect(await driver.metrics?.source(machine.id, never)).toMatchObject({ pid: await runningPid(host, filesOf(machine.id), never) });
    await using console = await openConsole(machine.id);
    await console.shows(/seen-42/);
    await driver.act(machine.id, 'stop', { force: false }, never);
    expect(await find(machine.id)).toMatchObject({ state: 'stopped', exitCode: 143 });
  });

  test('one that ended meanwhile has its exit code', async () => {
    await using machine = await guest(testRun('meanwhile', ['/bin/sh', '-c', 'sleep 1; exit 9']));
    await start(machine.id);
    await driver[Symbol.asyncDispose]();
    try {
      await expect.poll(() => runningPid(host, filesOf(machine.id), never)).toBeNull();
    } finally {
      await connect();
    }
    expect(await find(machine.id)).toMatchObject({ state: 'stopped', exitCode: 9, problem: null });
    expect(await readdir(options.runDir)).toEqual([]);
  });

  test('a number of a process in a stale file is not taken for it', async () => {
    await using machine = await guest(testRun('stale', STAYS));
    const files = filesOf(machine.id);
    await mkdir(files.runFolder, { recursive: true });
    await writeFile(files.pid, String(process.pid));
    await driver[Symbol.asyncDispose]();
    await connect();
    expect(await find(machine.id)).toMatchObject({ state: 'stopped' });
    expect(await readdir(options.runDir)).toEqual([]);
  });
});

test('a QEMU that is killed is told, and the machine starts again', async () => {
  await using machine = await guest(testRun('killed', STAYS));
  await start(machine.id);
  process.kill((await runningPid(host, filesOf(machine.id), never)) ?? 0, 'SIGKILL');
  const failed = await until(machine.id, ({ state }) => state === 'failed');
  expect(failed).toMatchObject({ problem: { reason: 'qemuExited' }, actions: ['start', 'remove'] });
  await start(machine.id);
  expect(await find(machine.id)).toMatchObject({ state: 'running', problem: null });
});

test('an image without a shell runs, and has no console', async () => {
  const bare = await testDisk(host, { path: join(folder, 'bare.ext4'), shell: false }, never);
  await using machine = await guest(testRun('bare', ['/sleep', '1000']), bare);
  await start(machine.id);
  await expect(driver.terminals?.open(machine.id, 'console', { cols: 80, rows: 24 }, never)).rejects.toMatchObject({ reason: 'noShell' });
});

test('the counters of a machine that works, and of one that is paused', async () => {
  await using machine = await guest(testRun('counts', ['/bin/sh', '-c', 'cat /bin/busybox > /copy; exec sleep 1000']));
  await start(machine.id);
  const source = await driver.metrics?.source(machine.id, never);
  if (source?.type !== 'process') throw new Error('a machine is a process');
  // The balloon reports once a second, and the copy takes its time.
  const looked = async () => {
    const read = await source.read(never);
    return (read.guestMemoryBytes ?? 0) > 1024 * 1024 && read.processes === 1 ? read : null;
  };
  const counters = (await vi.waitUntil(looked, { timeout: 60_000 })) as Counters;
  expect(counters.diskReadBytes).toBeGreaterThan(0);
  expect(counters.netSendBytes).toBeGreaterThanOrEqual(0);
  await driver.act(machine.id, 'pause', { force: false }, never);
  expect((await source.read(never)).processes).toBeNaN();
});

test('nobody else can reach its sockets', async () => {
  await using machine = await guest(testRun('private', STAYS));
  await start(machine.id);
  expect((await stat(filesOf(machine.id).runFolder)).mode & 0o777).toBe(0o700);
  expect((await stat(filesOf(machine.id).folder)).mode & 0o777).toBe(0o700);
});

describe('bad input', () => {
  test('a definition edited into nonsense is listed, says what is wrong, and can be mended or removed', async () => {
    await using machine = await guest(testRun('edited', STAYS));
    const { definition } = filesOf(machine.id);
    const good = await readFile(definition, 'utf8');
    await writeFile(definition, good.replace(/"memoryBytes": \d+/, '"memoryBytes": "plenty"'));
    const invalid = await find(machine.id);
    expect(invalid).toMatchObject({ state: 'failed', actions: ['remove'], problem: { reason: 'definitionInvalid' } });
    expect(invalid.problem?.message).toContain('memoryBytes');
    await expect(start(machine.id)).rejects.toMatchObject({ reason: 'definitionInvalid' });
    await expect(driver.inspect(machine.id, never)).resolves.toMatchObject({ raw: { definition: null } });
    await writeFile(definition, good);
    expect(await find(machine.id)).toMatchObject({ state: 'stopped', name: 'edited' });
    await writeFile(definition, 'nonsense');
  });

  test('a name that is taken', async () => {
    await using _machine = await guest(testRun('name', STAYS));
    await expect(vms.define(testRun('name', STAYS), never)).rejects.toMatchObject({ reason: 'nameTaken' });
  });

  test('a machine whose disk was not finished when the app ended', async () => {
    const id = await vms.define(testRun('half', STAYS), never);
    await using _removed = removed(id);
    expect(await find(id)).toMatchObject({ state: 'creating', actions: ['remove'] });
    await driver[Symbol.asyncDispose]();
    await connect();
    expect(await find(id)).toMatchObject({ state: 'failed', problem: { reason: 'diskUnfinished' }, actions: ['remove'] });
  });

  test('no kernel: a start says so, and works as soon as there is one', async () => {
    await using own = await temporaryFolder();
    const kernelsDir = join(own.path, 'kernels');
    const bare = await connectTestQemu(host, { ...options, kernelsDir, vmsDir: join(own.path, 'v'), runDir: join(own.path, 'r') }, never);
    await using _bare = bare;
    const id = (await bare.virtualMachines?.define(testRun('kernel', STAYS), never)) as MachineId;
    await bare.virtualMachines?.setDisk(id, disk, never);
    await expect(bare.act(id, 'start', { force: false }, never)).rejects.toMatchObject({ reason: 'kernelMissing' });
    expect(bare.engine().health.problem).toMatchObject({ reason: 'kernelMissing' });
    await symlink(options.kernelsDir, kernelsDir);
    await bare.act(id, 'start', { force: false }, never);
    await bare.act(id, 'remove', { force: true }, never);
  });

  test('no QEMU: an engine that cannot be reached, and says what to install', async () => {
    await using bare = createLocalHost({ logger: silentLogger, env: { PATH: '/nonexistent' } });
    const [candidate] = await createQemuFinder(options).find(bare, never);
    expect(candidate?.engine.health).toMatchObject({ status: 'unreachable', problem: { reason: 'qemuMissing' } });
    await expect(candidate?.connect(never)).rejects.toMatchObject({ reason: 'qemuMissing' });
  });
});

describe('the accelerator', () => {
  /** A QEMU that hangs under KVM, as on machines whose KVM cannot run an ordinary guest. */
  const HANGS = `#!/bin/sh
case "$*" in
  *"-accel kvm"*) exec sleep 1000 ;;
  *) exec /usr/bin/qemu-system-x86_64 "$@" ;;
esac
`;

  test('is the fastest that runs a guest; one that hangs is ended and told, and the result is kept', async () => {
    await using own = await temporaryFolder();
    const program = join(own.path, 'qemu-system-x86_64');
    await writeFile(program, HANGS);
    await chmod(program, 0o755);
    await using ownHost = createLocalHost({ logger: silentLogger, env: { PATH: `${own.path}:${process.env.PATH}` } });
    const places = { vmsDir: join(own.path, 'v'), runDir: join(own.path, 'r'), cacheDir: join(own.path, 'c') };
    const accelerator = {
      name: 'tcg',
      trials: [
        { name: 'tcg', ms: expect.any(Number), note: null },
        { name: 'kvm', ms: null, note: expect.stringContaining('no progress') },
      ],
    };
    await using first = await connectTestQemu(ownHost, { ...options, ...places }, never);
    expect(first.engine().accelerator).toBeNull();
    expect(await vi.waitUntil(() => first.engine().accelerator, { timeout: 250_000 })).toEqual(accelerator);
    const kept = await readFile(join(places.cacheDir, 'accelerators.json'), 'utf8');
    await using second = await connectTestQemu(ownHost, { ...options, ...places }, never);
    expect(await vi.waitUntil(() => second.engine().accelerator, { timeout: 250_000 })).toEqual(first.engine().accelerator);
    expect(await readFile(join(places.cacheDir, 'accelerators.json'), 'utf8')).toBe(kept);
  });
});

async function openConsole(id: MachineId) {
  const channel = await driver.terminals?.open(id, 'console', { cols: 80, rows: 24 }, never);
  if (channel === undefined) throw new Error('machines have consoles');
  const output = channel.output[Symbol.asyncIterator]();
  let text = '';
  const shows = async (pattern: RegExp) => {
    while (!pattern.test(text)) {
      const { value, done } = await output.next();
      if (done) throw new Error(`the console ended with: ${text}`);
      text += Buffer.from(value).toString();
    }
  };
  return {
    shows,
    async ask(question: string, answer: RegExp) {
      channel.write(Buffer.from(`${question}\r`));
      await shows(answer);
    },
    [Symbol.asyncDispose]: () => channel[Symbol.asyncDispose](),
  };
}
