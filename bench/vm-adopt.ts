import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { MachineId, TerminalId } from '../backend/contract/index.ts';
import { silentLogger, systemClock } from '../backend/core/index.ts';
import { createLocalHost } from '../backend/hosts/local.ts';
import { createPaths } from '../backend/settings/index.ts';
import { type AppUnderTest, createApp } from '../e2e/app-under-test.ts';
import { type BackendConnection, connect } from '../renderer/backend/connect.ts';
import { startDockerd, type TestEngine } from '../testing/engines.ts';
import { connectTestQemu, testDisk, testQemuOptions, testRun } from '../testing/test-guests.ts';
import { testImageArchive } from '../testing/test-image.ts';
import { exchangeLink, nodePlatform } from '../testing/web-parts.ts';
import { type BenchContext, type BenchResult, interleave, spreadOf } from './harness.ts';

export const name = 'vm-adopt';
export const describe =
  'the built app killed by SIGKILL under 20 running VMs and started again: from the start of its process to a page’s list with all 20 running (adoptMs ≤ 2000), each console with its last screen (consolesMs, after that), lost = 0; against dockerd with live-restore, ended under 20 containers and started again, to a docker ps with all of them';

const MACHINES = 20;
const MEMORY_BYTES = 96 * 1024 * 1024;
const WITHIN_MS = 180_000;
const COLUMNS = 100;
const IMAGE = 'catamaran-bench/adopt:1';
const execute = promisify(execFile);

export async function run(context: BenchContext): Promise<BenchResult> {
  const { signal, log } = context;
  await using app = await createApp();
  // What it does beside adopting decides nothing here.
  await writeFile(
    join(app.folder, 'data', 'config', 'settings.json'),
    JSON.stringify({ version: 1, language: 'en', embeddedEngine: false }),
  );
  await using dockerd = await startDockerd({ liveRestore: true });
  log(`starting ${MACHINES} containers and ${MACHINES} virtual machines`);
  await startContainers(dockerd, signal);
  await defineMachines(app, signal);
  const marks = await startMachines(app, context);

  const consoles: number[] = [];
  let lost = 0;
  const result = await interleave(
    {
      async ours() {
        await app.crash();
        const startedAt = performance.now();
        await using page = await openPage(await app.start());
        const running = await runningMachines(page.connection, [...marks.keys()]);
        const adoptMs = performance.now() - startedAt;
        lost += marks.size - running.length;
        const listedAt = performance.now();
        const screens = running.map((id) => shows(page.connection, { id, text: marks.get(id) ?? '' }));
        const shown = await Promise.all(screens);
        lost += shown.filter((isShown) => !isShown).length;
        consoles.push(performance.now() - listedAt);
        return adoptMs;
      },
      async peer() {
        // Killed by SIGKILL it leaves a containerd that keeps the next one from starting.
        await dockerd.stop();
        const startedAt = performance.now();
        await dockerd.restart();
        const { stdout } = await execute('docker', ['--host', `unix://${dockerd.socket}`, 'ps', '--quiet'], { signal });
        const count = stdout.trim().split('\n').length;
        if (count !== MACHINES) throw new Error(`docker ps shows ${count} containers`);
        return performance.now() - startedAt;
      },
      runs: 7,
      warmup: 1,
      unit: 'ms',
    },
    context,
  );
  return {
    ...result,
    accelerator: await accelerator(app),
    machines: MACHINES,
    adoptMs: result.ours,
    consolesMs: spreadOf(consoles.slice(1)).median,
    lost,
  };
}

async function startContainers(dockerd: TestEngine, signal: AbortSignal): Promise<void> {
  const docker = (...args: string[]) => execute('docker', ['--host', `unix://${dockerd.socket}`, ...args], { signal });
  const loading = docker('load');
  loading.child.stdin?.end(await testImageArchive({ name: IMAGE, config: { Cmd: ['sleep', '1000000'] } }));
  await loading;
  for (let index = 0; index < MACHINES; index++) await docker('run', '--detach', '--network', 'none', IMAGE);
}

/** Written into the folders of the app before it runs: making their images is not what is measured. */
async function defineMachines(app: AppUnderTest, signal: AbortSignal): Promise<void> {
  const paths = createPaths({ home: app.folder, env: app.env });
  await using host = createLocalHost({ logger: silentLogger });
  const options = { ...(await testQemuOptions(app.folder)), vmsDir: paths.vms, runDir: paths.vmSockets, cacheDir: paths.guests };
  const disk = await testDisk(host, { path: join(app.folder, 'base.ext4'), shell: true }, signal);
  await using driver = await connectTestQemu(host, options, signal);
  const vms = driver.virtualMachines;
  if (vms === undefined) throw new Error('QEMU runs virtual machines');
  const limits = { cpus: 1, memoryBytes: MEMORY_BYTES, processes: null };
  for (let index = 0; index < MACHINES; index++) {
    const id = await vms.define(testRun(`adopt-${index}`, ['/bin/sleep', '1000000'], { limits }), signal);
    await vms.setDisk(id, disk, signal);
  }
}

/** Starts them through the app, and leaves a line of its own on each one's console. */
async function startMachines(app: AppUnderTest, { log, signal }: BenchContext): Promise<Map<MachineId, string>> {
  await using page = await openPage(await app.start());
  const { client } = page.connection;
  const ids = await machineIds(page.connection);
  // Alone: it waits for the trials of the accelerators, and the others may be clones then.
  for (const some of [ids.slice(0, 1), ids.slice(1)]) {
    const answers = await client.machines.act({ ids: some, action: 'start' }, { signal });
    const failed = answers.find(({ problem }) => problem !== null);
    if (failed?.problem) throw new Error(failed.problem.message);
  }
  const marks = new Map(ids.map((id, index) => [id, `mark-${index}-of-${MACHINES}`]));
  for (const [id, text] of marks) {
    const typed = `echo ${text.slice(0, 2)}''${text.slice(2)}\r`;
    if (!(await shows(page.connection, { id, text, typed }))) throw new Error(`the console of ${id} does not answer`);
  }
  log(`all ${ids.length} run and have been written to`);
  return marks;
}

async function openPage(launchUrl: string): Promise<{ connection: BackendConnection } & AsyncDisposable> {
  const connection = connect(nodePlatform(new URL(launchUrl).origin, await exchangeLink(launchUrl)));
  return {
    connection,
    async [Symbol.asyncDispose]() {
      connection.close();
    },
  };
}

/** All virtual machines, once all are listed. */
async function machineIds({ client }: BackendConnection): Promise<MachineId[]> {
  const ids = new Set<MachineId>();
  for await (const { machines } of await client.inventory.watch(undefined, { signal: AbortSignal.timeout(WITHIN_MS) })) {
    for (const { id, kind } of machines) if (kind === 'vm') ids.add(id);
    if (ids.size === MACHINES) break;
  }
  return [...ids];
}

/** Those of them that run, as soon as all do; else what there is when the time is over. */
async function runningMachines({ client }: BackendConnection, ids: MachineId[]): Promise<MachineId[]> {
  const running = new Set<MachineId>();
  try {
    for await (const { machines } of await client.inventory.watch(undefined, { signal: AbortSignal.timeout(30_000) })) {
      for (const { id, state } of machines) {
        if (state === 'running') running.add(id);
        else running.delete(id);
      }
      if (ids.every((id) => running.has(id))) break;
    }
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'TimeoutError') throw error;
  }
  return ids.filter((id) => running.has(id));
}

/** Whether the text comes onto the machine's console, by itself or after `typed`. */
async function shows(connection: BackendConnection, of: { id: MachineId; text: string; typed?: string }): Promise<boolean> {
  const session = await connection.client.terminals.open({ machineId: of.id, kind: 'console', size: { cols: COLUMNS, rows: 24 } });
  return await awaitText(connection, { ...of, session: session.id });
}

function awaitText(connection: BackendConnection, of: { session: TerminalId; text: string; typed?: string }): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const ended = new AbortController();
  const decoder = new TextDecoder();
  let screen = '';
  const take = (bytes: Uint8Array) => {
    screen += decoder.decode(bytes, { stream: true });
    if (screen.includes(of.text)) resolve(true);
  };
  const link = connection.openTerminal(of.session, {
    output(bytes, shown) {
      take(bytes);
      shown();
    },
    screen: take,
    size: () => {},
    ended: () => resolve(false),
    status: () => {},
  });
  if (of.typed !== undefined) link.write(new TextEncoder().encode(of.typed));
  systemClock.sleep(30_000, ended.signal).then(
    () => resolve(false),
    () => {},
  );
  return promise.finally(() => {
    ended.abort();
    link.close();
  });
}

async function accelerator(app: AppUnderTest): Promise<string> {
  await using page = await openPage(await app.start());
  for await (const { engines } of await page.connection.client.inventory.watch(undefined)) {
    const found = engines.find(({ machineKind }) => machineKind === 'vm')?.accelerator;
    if (found) return found.name;
  }
  throw new Error('the app ended before it knew what runs guests');
}
