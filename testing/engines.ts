import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type EmbeddedRegistry, type Engine, engineId } from '../backend/contract/index.ts';
import { silentLogger, systemClock } from '../backend/core/index.ts';
import { freeSubnet } from '../backend/drivers/docker/embedded/configuration.ts';
import { parseRoutes } from '../backend/drivers/docker/embedded/traits.ts';
import { EngineClient } from '../backend/drivers/docker/engine-client.ts';
import { createEmbeddedEngine } from '../backend/drivers/docker/index.ts';
import type { Host } from '../backend/hosts/host.ts';
import { createLocalHost } from '../backend/hosts/local.ts';

const run = promisify(execFile);
const READY_MS = 60_000;
/** A test's end is not cancelled. */
const ALWAYS = new AbortController().signal;

/** A real engine of a test's own. Disposing removes its containers and images, ends it, and takes away what it made. */
export interface TestEngine extends AsyncDisposable {
  readonly socket: string;
  /** What a driver is given before it connects. */
  readonly engine: Engine;
  readonly folder: string;
}

/**
 * dockerd with its own storage and bridge. It touches no firewall: published ports go through its own proxy processes.
 * @param options.liveRestore containers go on without it, and are taken over by the next one
 */
export async function startDockerd(
  options: { liveRestore?: boolean } = {},
): Promise<TestEngine & { restart(): Promise<void>; stop(): Promise<void>; pid(): number }> {
  await using stack = new AsyncDisposableStack();
  const folder = await shortFolder();
  stack.defer(() => removeFolder(folder));
  const bridge = await createBridge(folder);
  stack.defer(async () => void (await run('ip', ['link', 'delete', bridge])));
  const cgroup = `/catamaran-${folder.split('-').at(-1)}`;
  stack.defer(() => removeCgroups(cgroup));
  const socket = join(folder, 'docker.sock');
  const args = [
    ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'docker.pid')],
    ...['--host', `unix://${socket}`, '--bridge', bridge, '--cgroup-parent', cgroup],
    ...['--iptables=false', '--ip6tables=false', '--ip-forward=false', '--ip-masq=false'],
    ...(options.liveRestore === true ? ['--live-restore'] : []),
  ];
  let daemon = await startDaemon('dockerd', args, socket);
  stack.defer(() => daemon.end());
  stack.defer(() => empty(socket));
  const parts = stack.move();
  return {
    socket,
    folder,
    engine: engineAt(socket, 'docker'),
    pid: () => daemon.pid,
    stop: () => daemon.end(),
    async restart() {
      await daemon.end();
      daemon = await startDaemon('dockerd', args, socket);
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Our own embedded engine, in a folder of the test's own. */
export async function startPodman(
  options: { registries?: () => readonly EmbeddedRegistry[] } = {},
): Promise<TestEngine & { host: Host; restart(): Promise<void>; reload(): Promise<void> }> {
  const { registries = () => [] } = options;
  await using stack = new AsyncDisposableStack();
  const folder = await shortFolder();
  stack.defer(() => removeFolder(folder));
  const host = stack.use(createLocalHost({ logger: silentLogger }));
  const start = async () => {
    const paths = { dir: join(folder, 'p'), runDir: join(folder, 'r') };
    const embedded = createEmbeddedEngine({
      host,
      ...paths,
      runtimeDir: null,
      home: folder,
      registries,
      clock: systemClock,
      logger: silentLogger,
    });
    await embedded.start(AbortSignal.timeout(READY_MS));
    return embedded;
  };
  let embedded = await start();
  stack.defer(() => embedded[Symbol.asyncDispose]());
  const socket = join(folder, 'r', 'podman.sock');
  stack.defer(() => empty(socket));
  const parts = stack.move();
  return {
    socket,
    folder,
    host,
    engine: engineAt(socket, 'podman'),
    reload: () => embedded.reload(AbortSignal.timeout(READY_MS)),
    async restart() {
      await embedded[Symbol.asyncDispose]();
      embedded = await start();
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Removes every container, image and network. */
export async function empty(socket: string): Promise<void> {
  await using host = createLocalHost({ logger: silentLogger });
  using client = new EngineClient({ name: 'test engine', endpoint: socket }, (signal) => host.dial({ unixPath: socket }, signal));
  const all = await client.call<{ Id: string; State: string }[]>({ method: 'GET', path: '/containers/json', query: { all: true } }, ALWAYS);
  for (const { Id, State } of all) {
    // Podman would ask it to end first, and wait for 10 s.
    if (State === 'running') await client.call({ method: 'POST', path: `/containers/${Id}/stop`, query: { t: 0 } }, ALWAYS);
    await client.call({ method: 'DELETE', path: `/containers/${Id}`, query: { force: true, v: true } }, ALWAYS);
  }
  for (const { Id } of await client.call<{ Id: string }[]>({ method: 'GET', path: '/images/json' }, ALWAYS)) {
    await client.call({ method: 'DELETE', path: `/images/${Id}`, query: { force: true } }, ALWAYS);
  }
  // A network's bridge outlives its engine. The engine's own networks are not pruned.
  await client.call({ method: 'POST', path: '/networks/prune' }, ALWAYS);
}

function engineAt(socket: string, product: 'docker' | 'podman'): Engine {
  return {
    id: engineId.parse(`${product}-test`),
    hostId: 'local' as Engine['hostId'],
    product,
    name: product === 'docker' ? 'Docker' : 'Podman',
    machineKind: 'container',
    version: null,
    endpoint: socket,
    embedded: false,
    rootless: null,
    health: { status: 'connecting', problem: null },
    facets: [],
    accelerator: null,
  };
}

async function startDaemon(command: string, args: string[], socket: string): Promise<{ pid: number; end(): Promise<void> }> {
  // What it leaves lying about goes with its folder.
  const env = { ...process.env, TMPDIR: dirname(socket) };
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true, env });
  let words = '';
  child.stderr.on('data', (chunk) => {
    words = (words + chunk).slice(-4000);
  });
  const exited = once(child, 'exit');
  const end = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await exited;
  };
  const deadline = performance.now() + READY_MS;
  while (!(await answers(socket))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await end();
      throw new Error(`${command} did not start: ${words}`);
    }
    await systemClock.sleep(50);
  }
  return { pid: child.pid ?? 0, end };
}

async function answers(socket: string): Promise<boolean> {
  await using host = createLocalHost({ logger: silentLogger });
  using client = new EngineClient({ name: 'test engine', endpoint: socket }, (signal) => host.dial({ unixPath: socket }, signal));
  try {
    await client.call({ method: 'GET', path: '/version' }, AbortSignal.timeout(5_000));
    return true;
  } catch {
    return false;
  }
}

export function shortFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'ct-'));
}

/** A bridge of its own, in a subnet that nothing on this machine uses. */
async function createBridge(folder: string): Promise<string> {
  const mark = folder.split('-').at(-1) ?? '';
  const name = `ct${mark}`;
  const subnet = freeSubnet(Buffer.from(mark).toString('hex').slice(-4), parseRoutes(await readFile('/proc/net/route', 'utf8')));
  await run('ip', ['link', 'add', name, 'type', 'bridge']);
  await run('ip', ['address', 'add', `${subnet}.1/24`, 'dev', name]);
  await run('ip', ['link', 'set', name, 'up']);
  return name;
}

/** Engines leave storage and namespaces mounted, the innermost last. */
export async function removeFolder(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${folder}/`));
  for (const path of mounts.reverse()) await run('umount', [path]);
  await rm(folder, { recursive: true, force: true });
}

async function removeCgroups(cgroup: string): Promise<void> {
  for (const controller of ['', ...(await readdir('/sys/fs/cgroup'))]) {
    const folder = join('/sys/fs/cgroup', controller, cgroup);
    // Most hierarchies never had it; where dockerd built something, BuildKit's is still in it.
    for (const each of [join(folder, 'buildkit'), folder]) await rmdir(each).catch(() => {});
  }
}
