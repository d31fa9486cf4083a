import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { settledLeftovers, type Traces, takeTraces } from '../testing/leaks.ts';
import { removeOwnMachines } from './own-machines.ts';

const root = resolve(import.meta.dirname, '..');

/** The built app with a home of its own: its own data, its own embedded engine, its own guests. */
export interface AppUnderTest extends AsyncDisposable {
  readonly folder: string;
  readonly env: Record<string, string>;
  /** Starts the backend in browser mode, always at the same port; the address that signs the page in. */
  start(): Promise<string>;
  /** Ends the backend as Ctrl-C does; machines go on. */
  stop(): Promise<void>;
  /** Ends the backend as a crash does: by SIGKILL. */
  crash(): Promise<void>;
  /** What is still there of it: processes, mounts, devices, temporary files; engine data is in `folder`. */
  leftovers(): Promise<string[]>;
}

/** @param options.without commands that this machine shall not have */
export async function createApp(options: { without?: RegExp } = {}): Promise<AppUnderTest> {
  // Short, because unix sockets lie below it.
  const folder = await mkdtemp(join(tmpdir(), 'ct-e2e-'));
  for (const name of ['data', 'data/config', 'home', 'tmp', 'xdg']) await mkdir(join(folder, name), { mode: 0o700 });
  // Headless WebGL is software and slow.
  await writeFile(join(folder, 'data', 'config', 'settings.json'), JSON.stringify({ version: 1, terminalRenderer: 'dom', language: 'en' }));
  const kernels = join(root, 'node_modules', '.cache', 'catamaran', 'kernels');
  if (existsSync(kernels)) await symlink(kernels, join(folder, 'data', 'kernels'));
  const env: Record<string, string> = {
    ...(process.env as Record<string, string>),
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    XDG_RUNTIME_DIR: join(folder, 'xdg'),
    CATAMARAN_HOME: join(folder, 'data'),
    CATAMARAN_TEST_RUN: folder,
    ...(options.without === undefined ? {} : { PATH: await commandsWithout(options.without, join(folder, 'bin')) }),
  };
  const before: Traces = takeTraces(folder);
  let backend: ChildProcess | null = null;
  let port = '0';

  async function start(): Promise<string> {
    const child = spawn(process.execPath, [join(root, 'dist', 'backend', 'main.js'), '--port', port], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // One that runs already tells the second its address, and stays the one to stop.
    if (!isRunning(backend)) backend = child;
    const address = await launchAddress(child);
    port = new URL(address).port;
    return address;
  }

  async function end(how: 'SIGINT' | 'SIGKILL'): Promise<void> {
    const child = backend;
    backend = null;
    if (child === null || !isRunning(child)) return;
    child.kill(how);
    await once(child, 'exit');
  }
  const stop = () => end('SIGINT');

  return {
    folder,
    env,
    start,
    stop,
    crash: () => end('SIGKILL'),
    leftovers: () => settledLeftovers({ before, folder, graceMs: 30_000 }),
    async [Symbol.asyncDispose]() {
      // A failed test may have left machines; only the app that made them takes them down.
      if ((takeTraces(folder).process ?? []).length > 0) await removeOwnMachines(await start());
      await stop();
      const left = (await settledLeftovers({ before, folder, graceMs: 30_000 })).filter((line) => line.startsWith('process: '));
      if (left.length > 0) throw new Error(`still running, so ${folder} was kept:\n${left.join('\n')}`);
      // Podman leaves its storage mounted.
      const mounts = (takeTraces(folder).mount ?? []).filter((path) => path.startsWith(`${folder}/`));
      for (const path of mounts.reverse()) execFileSync('umount', [path]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A folder with all commands of this machine but those. */
async function commandsWithout(names: RegExp, folder: string): Promise<string> {
  await mkdir(folder);
  for (const from of ['/usr/sbin', '/usr/bin']) {
    for (const name of await readdir(from)) if (!names.test(name)) await symlink(join(from, name), join(folder, name)).catch(() => {});
  }
  return folder;
}

function isRunning(child: ChildProcess | null): boolean {
  return child !== null && child.exitCode === null && child.signalCode === null;
}

/** @throws Error with what the backend said, when it ends instead */
function launchAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const address = /(http:\/\/127\.0\.0\.1:\d+\/\S*)\s/.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the backend ended with ${code} before it was ready: ${said}`)));
  });
}
