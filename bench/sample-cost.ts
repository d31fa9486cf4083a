import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import type { MetricsTick } from '../backend/contract/index.ts';
import { systemClock } from '../backend/core/index.ts';
import type { BackendClient } from '../renderer/backend/client.ts';
import { startDockerd, type TestEngine } from '../testing/engines.ts';
import { temporaryFolder } from '../testing/temporary.ts';
import { testImageArchive } from '../testing/test-image.ts';
import { type BenchContext, type BenchResult, interleave, spreadOf } from './harness.ts';
import { startServer } from './parts/child.ts';
import { openPage } from './parts/page.ts';
import { cpuSeconds, findProcesses } from './parts/processes.ts';

export const name = 'sample-cost';
export const describe =
  'CPU seconds to follow 100 idle containers at 1 Hz for 30 s: our whole backend with a page that watches, against docker stats (client, and what it adds to dockerd and containerd); ratio ≤ 0.05';

const CONTAINERS = 100;
const WINDOW_MS = 30_000;
/** Both sides begin with work that is done once: a first look at everything, compiling. */
const SETTLE_MS = 15_000;
const READY_MS = 60_000;
const IMAGE = 'catamaran-bench/idle:1';
const execute = promisify(execFile);

export async function run(context: BenchContext): Promise<BenchResult> {
  const { signal } = context;
  context.log(`starting ${CONTAINERS} containers`);
  await using folder = await temporaryFolder();
  await using dockerd = await startDockerd();
  await startContainers(dockerd, signal);

  const daemon = findProcesses(({ pid, parentPid }) => pid === dockerd.pid() || parentPid === dockerd.pid());
  const shims = findProcesses(({ commandLine }) => commandLine.includes('containerd-shim') && commandLine.includes(dockerd.folder));
  const total = (pids: number[]) => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  /** What the engine uses when nobody asks it anything. */
  const idle = { daemon: total(daemon), shims: total(shims) };
  await systemClock.sleep(WINDOW_MS, signal);
  idle.daemon = total(daemon) - idle.daemon;
  idle.shims = total(shims) - idle.shims;
  context.log(`the engine alone: ${idle.daemon.toFixed(3)} s in dockerd and containerd, ${idle.shims.toFixed(3)} s in the shims`);

  const env = { ...process.env, CATAMARAN_HOME: folder.path, DOCKER_HOST: `unix://${dockerd.socket}` };
  await using backend = await startServer(['backend/main.ts', '--port', '0'], env);
  const backendPid = backend.process.pid ?? 0;
  await using page = await openPage(backend.said);
  const watched = watchAll(page.client);
  await Promise.race([watched.complete, late(signal)]);
  context.log(`the backend follows ${CONTAINERS} containers`);
  await systemClock.sleep(SETTLE_MS, signal);

  const parts = { client: [] as number[], daemon: [] as number[], shims: [] as number[], ticks: [] as number[] };
  const result = await interleave(
    {
      async ours() {
        const [before, ticksBefore] = [cpuSeconds(backendPid), watched.ticks()];
        await systemClock.sleep(WINDOW_MS, signal);
        parts.ticks.push(watched.ticks() - ticksBefore);
        return cpuSeconds(backendPid) - before;
      },
      async peer() {
        const client = spawn('docker', ['--host', `unix://${dockerd.socket}`, 'stats'], { stdio: ['ignore', 'ignore', 'inherit'] });
        const exited = once(client, 'exit');
        try {
          await systemClock.sleep(SETTLE_MS, signal);
          const before = { client: cpuSeconds(client.pid ?? 0), daemon: total(daemon), shims: total(shims) };
          await systemClock.sleep(WINDOW_MS, signal);
          const used = {
            client: cpuSeconds(client.pid ?? 0) - before.client,
            daemon: total(daemon) - before.daemon - idle.daemon,
            shims: total(shims) - before.shims - idle.shims,
          };
          for (const key of ['client', 'daemon', 'shims'] as const) parts[key].push(used[key]);
          return used.client + used.daemon;
        } finally {
          // It holds nothing, and takes SIGTERM for a wish.
          client.kill('SIGKILL');
          await exited;
        }
      },
      runs: 7,
      warmup: 0,
      unit: 's',
    },
    context,
  );
  return {
    ...result,
    containers: CONTAINERS,
    windowMs: WINDOW_MS,
    /** Received by the page in each window, with every container in each. */
    oursTicks: spreadOf(parts.ticks).min,
    peerClient: spreadOf(parts.client).median,
    peerDaemon: spreadOf(parts.daemon).median,
    /** Work of containerd's shims on behalf of docker stats; not counted in `peer`. */
    peerShims: spreadOf(parts.shims).median,
  };
}

async function startContainers(dockerd: TestEngine, signal: AbortSignal): Promise<void> {
  const docker = (...args: string[]) => execute('docker', ['--host', `unix://${dockerd.socket}`, ...args], { signal });
  const loading = docker('load');
  loading.child.stdin?.end(await testImageArchive({ name: IMAGE, config: { Cmd: ['sleep', '1000000'] } }));
  await loading;
  for (let index = 0; index < CONTAINERS; index++) await docker('run', '--detach', '--name', `idle-${index}`, IMAGE);
}

/** @throws when the time in which the backend should have found everything is over */
async function late(signal: AbortSignal): Promise<never> {
  await systemClock.sleep(READY_MS, signal);
  throw new Error(`the backend did not follow all ${CONTAINERS} containers within ${READY_MS / 1000} s`);
}

/** Reads every tick until its connection ends, as a page does; `complete` resolves with the first that has the CPU rate of every container. */
function watchAll(client: BackendClient): { complete: Promise<void>; ticks: () => number } {
  const complete = Promise.withResolvers<void>();
  let count = 0;
  const read = async () => {
    for await (const tick of await client.metrics.watch({ subjects: null, hz: 1 })) {
      if (measuredContainers(tick) < CONTAINERS) continue;
      count++;
      complete.resolve();
    }
  };
  // Once complete, this changes nothing: the end of the connection is the end of the bench.
  read().catch(complete.reject);
  return { complete: complete.promise, ticks: () => count };
}

function measuredContainers(tick: MetricsTick): number {
  return tick.samples.filter((sample) => sample.subject.startsWith('docker') && sample.values[0] !== null).length;
}
