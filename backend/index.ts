import { existsSync } from 'node:fs';
import type { Services } from './api/index.ts';
import { createBuildService } from './builds/index.ts';
import { type AppInfo, CONTRACT_VERSION, hostSubject } from './contract/index.ts';
import { type Clock, type Logger, Scope } from './core/index.ts';
import { createDisplays, type Displays } from './displays/index.ts';
import { createDownloads, proxiesOf } from './downloads/index.ts';
import { createDockerFinder, createEmbeddedEngine, createEmbeddedFinder } from './drivers/docker/index.ts';
import { facetOf } from './drivers/facets.ts';
import { createQemuFinder } from './drivers/qemu/index.ts';
import { createFileService, createVolumeService } from './files/index.ts';
import { followMachines } from './follow-machines.ts';
import { openGuestImages } from './guest-images/index.ts';
import { createLocalHost } from './hosts/local.ts';
import { createDiskStore, createImageService, createLayerService, createRegistryService, createScanService } from './images/index.ts';
import { createInventory, type Inventory } from './inventory/index.ts';
import { createIsolationService } from './isolation/index.ts';
import { createLogService } from './logs/index.ts';
import { createMachineService, createTemplates } from './machines/index.ts';
import { createMetrics } from './metrics/index.ts';
import { openSettings, type Paths } from './settings/index.ts';
import { createStackService, openProjects } from './stacks/index.ts';
import { provideStarterImage } from './starter-image.ts';
import { createTasks } from './tasks/index.ts';
import { createTerminals, type Terminals } from './terminals/index.ts';
import { createTransfers, type Transfers } from './transfers/index.ts';
import {
  autostart,
  createBin,
  createCopier,
  createCreator,
  createDiskService,
  createSnapshotService,
  emptyBin,
} from './virtual-machines/index.ts';

export interface BackendOptions {
  paths: Paths;
  mode: AppInfo['mode'];
  appVersion: string;
  clock: Clock;
  logger: Logger;
  /** The guests' init program, built for the host's architecture. */
  guestInit: string;
  /** The built-in catalogue of images for virtual machines. */
  catalogueDir: string;
  /** The environment of the process that runs the backend; read for `HOME`, `DOCKER_HOST`, `XDG_RUNTIME_DIR`. */
  env: NodeJS.ProcessEnv;
}

export interface Backend extends AsyncDisposable {
  readonly services: Services;
  readonly terminals: Terminals;
  readonly displays: Displays;
  readonly transfers: Transfers;
}

/**
 * Puts the rooms together; the only place that sees all of them. Returns before any engine has been found, so that a page
 * can be served at once. Disposing ends what belongs to the app; machines go on running.
 */
export async function createBackend(options: BackendOptions, signal: AbortSignal): Promise<Backend> {
  const { paths, clock, logger, env } = options;
  await using opened = new AsyncDisposableStack();

  const settings = await openSettings({ file: paths.settingsFile, logger }, signal);
  const transfers = createTransfers({ clock });
  const tasks = opened.use(createTasks({ clock, logger }));
  const host = opened.use(createLocalHost({ logger, env }));

  const runtimeDir = env.XDG_RUNTIME_DIR ?? null;
  const embedded = opened.use(
    createEmbeddedEngine({
      host,
      dir: paths.embeddedEngine,
      runDir: paths.embeddedEngineRun,
      runtimeDir,
      home: env.HOME ?? '/',
      registries: () => settings.value.embeddedRegistries,
      clock,
      logger,
    }),
  );
  let othersTried = false;
  /** When no other container engine answers, or when it has machines of an earlier run. */
  const embeddedWanted = (): boolean =>
    settings.value.embeddedEngine &&
    (existsSync(paths.embeddedEngine) || (othersTried && !inventory.drivers().some((driver) => driver.containers !== undefined)));

  const inventory: Inventory = opened.use(
    createInventory({
      hosts: [host],
      finders: [
        createDockerFinder({ env: { dockerHost: env.DOCKER_HOST ?? null, home: env.HOME ?? '/', runtimeDir }, clock, logger }),
        createEmbeddedFinder({ embedded, wanted: embeddedWanted, clock, logger }),
        createQemuFinder({
          vmsDir: paths.vms,
          runDir: paths.vmSockets,
          cacheDir: paths.guests,
          kernelsDir: paths.kernels,
          templatesDir: paths.templates,
          startWay: () => settings.value.vmStart,
          guestInit: options.guestInit,
          defaults: () => ({ memoryBytes: settings.value.vmMemoryBytes, cpus: settings.value.vmCpus }),
          logger,
          clock,
        }),
      ],
      clock,
      logger,
    }),
  );
  const images = createImageService({
    tasks,
    driver: inventory.driver,
    driverOf: inventory.driverOf,
    image: inventory.image,
    machine: inventory.machine,
    transfers,
    listImages: (id, imagesSignal) => inventory.list(id, 'images', imagesSignal),
    logger,
  });
  const imageLayers = createLayerService({ tasks, driverOf: inventory.driverOf, image: inventory.image });
  const imageScans = createScanService({
    tasks,
    transfers,
    driver: inventory.driver,
    driverOf: inventory.driverOf,
    image: inventory.image,
  });
  const registries = createRegistryService({ tasks, driver: inventory.driver, driverOf: inventory.driverOf, clock, logger });
  const builds = opened.use(
    createBuildService({
      host,
      home: env.HOME ?? '/',
      spoolDir: paths.builds,
      tasks,
      transfers,
      driver: inventory.driver,
      listImages: (id, imagesSignal) => inventory.list(id, 'images', imagesSignal),
      clock,
    }),
  );
  const files = createFileService({ tasks, transfers, driverOf: inventory.driverOf });
  const volumes = createVolumeService({
    tasks,
    transfers,
    driver: inventory.driver,
    listVolumes: (id, volumesSignal) => inventory.list(id, 'volumes', volumesSignal),
  });
  const downloads = opened.use(createDownloads({ proxies: proxiesOf(env), clock }));
  const guestImages = opened.use(
    await openGuestImages(
      {
        host,
        folder: paths.guestImages,
        catalogue: { folder: options.catalogueDir, ownFile: paths.ownCatalogueFile },
        machineFolders: [paths.vms],
        downloads,
        tasks,
        transfers,
        clock,
        logger,
      },
      signal,
    ),
  );
  const disks = createDiskStore({ host, dir: paths.disks, logger });
  const machines = opened.use(
    createMachineService({
      inventory,
      tasks,
      disks,
      pull: registries.pullWithin,
      defaults: () => ({ vmMemoryBytes: settings.value.vmMemoryBytes, vmCpus: settings.value.vmCpus }),
      clock,
      logger,
    }),
  );
  const snapshots = opened.use(createSnapshotService({ inventory, machines, tasks, clock, logger }));
  const logs = createLogService({ driverOf: inventory.driverOf, machine: inventory.machine, transfers, clock });
  const projects = await openProjects({ file: paths.stacksFile, logger }, signal);
  const stacks = opened.use(
    createStackService({
      inventory,
      machines,
      tasks,
      projects,
      pull: (asked, pullSignal) => registries.pullWithin({ ...asked, platform: null }, pullSignal),
      folder: paths.stacks,
      clock,
      logger,
    }),
  );
  const metrics = opened.use(
    createMetrics({ historyFile: paths.historyFile, historyBytes: () => settings.value.historyBytes, clock, logger }),
  );
  metrics.attachHost(hostSubject(host.id), host);
  metrics.attachApp();

  const terminals = opened.use(
    createTerminals({
      open: (machineId, kind, size, openSignal) =>
        facetOf(inventory.driverOf(machineId), 'terminals').open(machineId, kind, size, openSignal),
      clock,
      logger,
    }),
  );

  const displays = opened.use(
    createDisplays({
      facetOf: (machineId) => facetOf(inventory.driverOf(machineId), 'displays'),
      machine: inventory.machine,
      transfers,
      clock,
      logger,
    }),
  );

  const vmBin = createBin({ inventory });
  const scope = opened.use(new Scope((error) => logger.error('background work failed', { error })));
  scope.run((ended) => followMachines({ inventory, metrics }, ended));
  scope.run(async (ended) => {
    let known = settings.value.embeddedRegistries;
    for await (const { embeddedRegistries } of settings.watch(ended)) {
      if (embeddedRegistries === known) continue;
      known = embeddedRegistries;
      await embedded.reload(ended).catch((error) => logger.error('the registries of the embedded engine are not set', { error }));
    }
  });
  scope.run(async (ended) => {
    for await (const event of inventory.watch(ended)) {
      const removed = event.type === 'change' && event.removed.machines.length > 0;
      if (removed || event.machines.some(({ kind }) => kind === 'vm')) await guestImages.refreshUsers(ended);
    }
  });
  scope.run((ended) => emptyBin({ bin: vmBin, days: () => settings.value.vmBinDays, clock, logger }, ended));
  scope.run((ended) => provideStarterImage({ inventory, images, logger }, ended));
  scope.run(async (ended) => {
    await inventory.search(ended);
    othersTried = true;
    await inventory.search(ended);
    await autostart({ inventory, machines, clock, logger }, ended);
  });

  const stack = opened.move();
  return {
    services: {
      app: {
        contractVersion: CONTRACT_VERSION,
        appVersion: options.appVersion,
        pid: process.pid,
        mode: options.mode,
        startedAtMs: clock.now(),
        dataDir: paths.data,
      },
      inventory,
      machines,
      logs,
      containers: machines.containers,
      vmCopier: createCopier({ inventory, tasks, transfers }),
      vmBin,
      vmDisks: createDiskService({ tasks, transfers, inventory, guestImages }),
      vmCreator: createCreator({ inventory, machines, tasks, guestImages, logger }),
      snapshots,
      templates: createTemplates({ file: paths.templatesFile, clock }),
      stacks,
      images,
      guestImages,
      imageLayers,
      imageScans,
      isolation: createIsolationService({ driverOf: inventory.driverOf, clock }),
      registries,
      builds,
      files,
      volumes,
      metrics,
      terminals,
      displays,
      tasks,
      settings,
    },
    terminals,
    displays,
    transfers,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
