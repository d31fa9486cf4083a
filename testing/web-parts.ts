import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRouter, type Services } from '../backend/api/index.ts';
import { CONTRACT_VERSION, type InventoryChange, type InventorySnapshot, machineId, settings } from '../backend/contract/index.ts';
import { AppError, Changes, type Clock, Latest, type Logger, silentLogger, systemClock } from '../backend/core/index.ts';
import { createDisplays } from '../backend/displays/index.ts';
import type { DisplaysFacet } from '../backend/drivers/displays.ts';
import { createTerminals, type Terminals } from '../backend/terminals/index.ts';
import { createTransfers, type Transfers } from '../backend/transfers/index.ts';
import { startWebServer, type WebServer } from '../backend/web/index.ts';
import { type BrowserDoors, createBrowserPlatform } from '../renderer/platform/browser.ts';
import type { Platform } from '../renderer/platform/index.ts';
import { TestChannel } from './terminal-parts.ts';

export const testMachine = machineId.parse('docker-test/abc');

/** Services whose rooms are the test's own, behind the real router, terminals and web server. */
export interface TestBackend extends AsyncDisposable {
  server: WebServer;
  terminals: Terminals;
  transfers: Transfers;
  channels: TestChannel[];
  changes: Changes<InventorySnapshot, InventoryChange>;
  /** Log streams that are being read now. */
  readers: () => number;
}

export async function startTestBackend(options: {
  folder: string;
  port?: number;
  logger?: Logger;
  clock?: Clock;
  services?: Partial<Services>;
  /** The screens of all machines; otherwise there are none. */
  displays?: DisplaysFacet;
  checkOutputs?: boolean;
}): Promise<TestBackend> {
  const { folder, port = 0, logger = silentLogger, clock = systemClock, checkOutputs = true } = options;
  await using stack = new AsyncDisposableStack();
  const channels: TestChannel[] = [];
  const terminals = stack.use(
    createTerminals({
      open: async () => {
        const channel = new TestChannel(Buffer.from('$ '));
        channels.push(channel);
        return channel;
      },
      clock,
      logger,
    }),
  );
  const transfers = createTransfers({ clock });
  const missing = () => {
    throw new AppError('machineMissing');
  };
  const displays = stack.use(createDisplays({ facetOf: () => options.displays ?? missing(), machine: missing, transfers, clock, logger }));
  const snapshot = {
    type: 'snapshot',
    revision: 0,
    hosts: [],
    engines: [],
    machines: [],
    images: [],
    volumes: [],
    networks: [],
    pods: [],
  } as InventorySnapshot;
  const changes = new Changes<InventorySnapshot, InventoryChange>(() => snapshot);
  let reading = 0;
  async function* watchInventory(signal: AbortSignal) {
    reading++;
    try {
      yield* changes.watch(signal);
    } finally {
      reading--;
    }
  }
  const tasks = new Latest([]);
  const state = new Latest(settings.parse({}));
  const services: Services = {
    app: { contractVersion: CONTRACT_VERSION, appVersion: '0', pid: process.pid, mode: 'browser', startedAtMs: 0, dataDir: folder },
    containers: {
      create: async () => missing(),
      recreate: async () => missing(),
      describe: async () => missing(),
      port: async () => missing(),
    },
    templates: { list: async () => [], save: async () => missing(), rename: async () => missing(), remove: async () => missing() },
    inventory: { watch: watchInventory, search: async () => {}, driver: missing, driverOf: missing, image: missing, list: async () => {} },
    machines: { run: async () => missing(), act: async () => [], setPorts: async () => missing() },
    imageScans: {
      scanners: async () => [],
      packages: async () => missing(),
      vulnerabilities: async () => missing(),
      saveSbom: async () => missing(),
    },
    imageLayers: { read: async () => missing(), list: async () => missing(), find: async () => missing() },
    logs: { read: missing, save: async () => missing() },
    images: {
      remove: async () => missing(),
      get: async () => missing(),
      tag: async () => missing(),
      untag: async () => missing(),
      save: async () => missing(),
      load: async () => missing(),
      importFilesystem: async () => missing(),
      commit: async () => missing(),
      buildStarter: async () => missing(),
    },
    snapshots: {
      get: async () => missing(),
      take: async () => missing(),
      rename: async () => missing(),
      revert: async () => missing(),
      deletionOf: async () => missing(),
      delete: async () => missing(),
      setSchedule: async () => missing(),
    },
    vmCreator: { create: async () => missing() },
    vmCopier: { clone: async () => missing(), export: async () => missing(), import: async () => missing() },
    vmBin: { list: async () => [], restore: async () => missing(), remove: async () => missing() },
    vmDisks: {
      list: async () => missing(),
      grow: async () => missing(),
      compact: async () => missing(),
      check: async () => missing(),
      repair: async () => missing(),
      settleRepair: async () => missing(),
      convert: async () => missing(),
      flatten: async () => missing(),
      export: async () => missing(),
      add: async () => missing(),
      detach: async () => missing(),
      deleteFile: async () => missing(),
    },
    guestImages: {
      watch: async function* () {},
      catalogue: async () => missing(),
      download: async () => missing(),
      downloadFrom: async () => missing(),
      pause: async () => missing(),
      resume: async () => missing(),
      import: async () => missing(),
      upload: async () => missing(),
      remove: async () => missing(),
      lend: async () => missing(),
    },
    isolation: { get: async () => missing() },
    registries: {
      pull: async () => missing(),
      push: async () => missing(),
      list: async () => missing(),
      check: async () => missing(),
      signIn: async () => missing(),
      signOut: async () => missing(),
    },
    builds: {
      start: missing,
      again: missing,
      finished: async () => missing(),
      watch: missing,
      log: missing,
      list: async function* () {},
      abilities: missing,
      preview: async () => missing(),
      folders: async () => missing(),
    },
    files: {
      list: async () => missing(),
      view: async () => missing(),
      makeFolder: async () => missing(),
      rename: async () => missing(),
      remove: async () => missing(),
      changes: async () => missing(),
      upload: async () => missing(),
      download: async () => missing(),
    },
    volumes: {
      create: async () => missing(),
      remove: async () => missing(),
      sizes: async () => missing(),
      clone: async () => missing(),
      empty: async () => missing(),
      export: async () => missing(),
      import: async () => missing(),
    },
    stacks: {
      watchProjects: async function* () {},
      watchRun: async function* () {},
      tool: async () => null,
      open: async () => missing(),
      add: async () => missing(),
      forget: async () => missing(),
      definition: async () => missing(),
      check: async () => missing(),
      save: async () => missing(),
      run: async () => missing(),
    },
    metrics: { watch: async function* () {}, history: missing },
    terminals,
    displays,
    tasks: { watch: (signal) => tasks.watch(signal), cancel: async () => missing() },
    settings: { watch: (signal) => state.watch(signal), update: async (patch) => ({ ...state.value, ...patch }) },
    ...options.services,
  };
  const rendererDir = join(folder, 'page');
  await mkdir(join(rendererDir, 'assets'), { recursive: true });
  await writeFile(join(rendererDir, 'index.html'), '<!doctype html><html><head></head><body>page</body></html>');
  await writeFile(join(rendererDir, 'assets', 'main-1a2b3c.js'), 'export {};');
  await writeFile(join(folder, 'secret.txt'), 'not for the page');
  const sessionsFile = join(folder, 'sessions.json');
  const router = createRouter(services, { logger, checkOutputs });
  const server = stack.use(
    await startWebServer({
      router,
      terminals,
      displays,
      transfers,
      rendererDir,
      rendererChanges: false,
      sessionsFile,
      port,
      logger,
      clock,
    }),
  );
  const owned = stack.move();
  return { server, terminals, transfers, channels, changes, readers: () => reading, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Signs in and returns the cookie. */
export function signIn(server: WebServer): Promise<string> {
  return exchangeLink(server.launchUrl());
}

/** Opens a launch link as a browser does and returns the cookie that it gives. */
export async function exchangeLink(launchUrl: string): Promise<string> {
  const response = await fetch(launchUrl, { redirect: 'manual' });
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

/** The page's own platform, with the headers that a browser would send. */
export function nodePlatform(origin: string, cookie: string): Platform {
  const doors: BrowserDoors = {
    openSocket: (path) => openSocket(`${origin.replace('http', 'ws')}${path}`, { origin, cookie }),
    upload: async (path, body, signal) => fetch(`${origin}${path}`, { method: 'PUT', body, headers: { cookie, origin }, signal }),
    startDownload: () => {},
    isSignedIn: async (signal) => (await fetch(`${origin}/session`, { headers: { cookie }, signal })).ok,
  };
  return createBrowserPlatform(doors);
}

/** Node's WebSocket takes headers; the standard's, whose type it has here, does not. */
export function openSocket(url: string, headers: Record<string, string>): WebSocket {
  return new WebSocket(url, { headers } as unknown as string[]);
}
