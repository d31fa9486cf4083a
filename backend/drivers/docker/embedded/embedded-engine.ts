import type { EmbeddedRegistry } from '../../../contract/index.ts';
import { AppError, type Clock, type Logger, Scope } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import { containersConf, type EmbeddedPaths, networkJson, type StorageDriver, storageConf } from './configuration.ts';
import { endPrevious, signalServices } from './previous-service.ts';
import { registriesConf } from './registries-conf.ts';
import { failed, launchService, type Service, serviceCommand } from './service.ts';
import { type HostTraits, readTraits } from './traits.ts';

const FIRST_RESTART_MS = 500;
const LAST_RESTART_MS = 30_000;
const UNMOUNT_MS = 5_000;

export interface EmbeddedEngineOptions extends EmbeddedPaths {
  host: Host;
  /** `XDG_RUNTIME_DIR`, where the user's own systemd is. */
  runtimeDir: string | null;
  /** The user's home, for what their own configuration says of registries. */
  home: string;
  registries: () => readonly EmbeddedRegistry[];
  clock: Clock;
  logger: Logger;
}

export interface EmbeddedEngine extends AsyncDisposable {
  /** Null while it is not started. */
  readonly socket: string | null;
  /** Returns once it answers; a second call waits for the first. @throws AppError embeddedEngineFailed, commandMissing */
  start(signal: AbortSignal): Promise<{ socket: string }>;
  /** What is set for registries has changed; a service that does not run reads it when it starts. */
  reload(signal: AbortSignal): Promise<void>;
}

/**
 * A Podman of our own, for machines where no engine runs: a service process with its own storage, network and
 * configuration. It ends with the app; its containers go on under their monitors (conmon) and are found again. When it
 * ends by itself it is started again.
 */
export function createEmbeddedEngine(options: EmbeddedEngineOptions): EmbeddedEngine {
  const { host, clock, dir, runDir } = options;
  const logger = options.logger.child({ engine: 'embedded' });
  const scope = new Scope((error) => logger.error('the embedded engine is lost', { error }));
  const socket = `${runDir}/podman.sock`;
  const env = {
    CONTAINERS_CONF: `${dir}/containers.conf`,
    CONTAINERS_STORAGE_CONF: `${dir}/storage.conf`,
    CONTAINERS_REGISTRIES_CONF: `${dir}/registries.conf`,
    // Podman leaves some of what it unpacks lying there: not in everybody's folder.
    TMPDIR: `${dir}/tmp`,
  };
  let started: Promise<{ socket: string }> | null = null;
  let answers = false;

  async function start(signal: AbortSignal): Promise<{ socket: string }> {
    await prepare({ ...options, socket, env }, signal);
    const service = await launchService({ host, clock, socket, env }, signal);
    answers = true;
    scope.run((ended) => keepRunning(service, ended));
    return { socket };
  }

  async function keepRunning(first: Service, signal: AbortSignal): Promise<void> {
    let service: Service | null = first;
    let pauseMs = FIRST_RESTART_MS;
    while (true) {
      const startedAt = clock.monotonic();
      if (service !== null) await endOf(service, signal);
      if (clock.monotonic() - startedAt > LAST_RESTART_MS) pauseMs = FIRST_RESTART_MS;
      logger.warn('the embedded engine is away and is started again', { pauseMs });
      await clock.sleep(pauseMs, signal);
      pauseMs = Math.min(pauseMs * 2, LAST_RESTART_MS);
      service = await launchService({ host, clock, socket, env }, signal).catch((error) => {
        logger.error('the embedded engine did not start again', { error });
        return null;
      });
    }
  }

  return {
    get socket() {
      return answers ? socket : null;
    },
    async start(signal) {
      started ??= start(AbortSignal.any([signal, scope.signal])).catch((error) => {
        started = null;
        throw error;
      });
      return await started;
    },
    async reload(signal) {
      if (started === null) return;
      await started;
      await writeRegistries({ ...options, env }, signal);
      // Podman reads it anew: https://github.com/containers/podman/blob/main/pkg/domain/infra/runtime_libpod.go (StartWatcher)
      await signalServices(host, { argv: serviceCommand(socket), name: 'HUP' }, signal);
    },
    async [Symbol.asyncDispose]() {
      answers = false;
      await scope[Symbol.asyncDispose]();
      if ((await started?.catch(() => null)) != null) await unmountStorage(options);
    },
  };
}

/** Waits until it has ended by itself; ends it when the signal says so. @throws the cancel */
async function endOf(service: Service, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = () => resolve();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  await Promise.race([service.exited, promise]);
  signal.removeEventListener('abort', stop);
  await service[Symbol.asyncDispose]();
  if (signal.aborted) throw new AppError('cancelled');
}

/**
 * Podman mounts its storage on itself and never takes that away. While a container still runs in it, the kernel refuses and
 * it stays, as it must; without root it is in Podman's own namespace and there is nothing to do.
 */
async function unmountStorage({ host, dir, logger }: EmbeddedEngineOptions): Promise<void> {
  const storage = `${dir}/storage/overlay`;
  try {
    const { exitCode, stderr } = await host.exec(['umount', storage], {}, AbortSignal.timeout(UNMOUNT_MS));
    if (exitCode !== 0) logger.debug('the storage of the embedded engine stays mounted', { storage, words: stderr });
  } catch (error) {
    logger.debug('the storage of the embedded engine stays mounted', { storage, error });
  }
}

interface Files {
  env: { CONTAINERS_CONF: string; CONTAINERS_STORAGE_CONF: string; CONTAINERS_REGISTRIES_CONF: string; TMPDIR: string };
}
type Preparation = EmbeddedEngineOptions & Files & { socket: string };

async function prepare(options: Preparation, signal: AbortSignal): Promise<void> {
  const { host, socket, env } = options;
  // Nothing is written where there is no Podman.
  await host.exec(['podman', '--version'], {}, signal);
  const traits = await readTraits(host, options, signal);
  if ((await host.stat(socket, signal)) !== null) await endPrevious(options, serviceCommand(socket), signal);
  await clearAfterReboot(options, traits, signal);
  await host.remove(env.TMPDIR, signal);
  await host.makeFolder(env.TMPDIR, signal);
  await host.writeFile(env.CONTAINERS_CONF, containersConf(options, traits), {}, signal);
  await writeRegistries(options, signal);
  const network = networkJson(options, traits);
  // Kept as it was: containers have addresses in it.
  if (traits.root && traits.netavark && (await host.stat(network.path, signal)) === null) {
    await host.writeFile(network.path, network.content, {}, signal);
  }
  await chooseStorage(options, traits, signal);
}

/** The file that Podman would read of itself, with ours below it. */
async function writeRegistries({ host, home, env, registries }: EmbeddedEngineOptions & Files, signal: AbortSignal): Promise<void> {
  let own = '';
  for (const path of [`${home}/.config/containers/registries.conf`, '/etc/containers/registries.conf']) {
    if ((await host.stat(path, signal)) === null) continue;
    own = (await host.readFile(path, signal)).toString();
    break;
  }
  await host.writeFile(env.CONTAINERS_REGISTRIES_CONF, registriesConf(own, registries()), {}, signal);
}

/** What belongs to containers that ran before the machine was started anew would make Podman believe that they still run. */
async function clearAfterReboot({ host, runDir }: EmbeddedEngineOptions, { bootId }: HostTraits, signal: AbortSignal): Promise<void> {
  const mark = `${runDir}/boot-id`;
  const known = (await host.stat(mark, signal)) === null ? null : (await host.readFile(mark, signal)).toString();
  if (known === bootId) return;
  await host.remove(runDir, signal);
  await host.writeFile(mark, bootId, {}, signal);
}

/** The best driver that works here, found once: storage that was begun with one cannot go on with another. */
async function chooseStorage(options: Preparation, traits: HostTraits, signal: AbortSignal): Promise<void> {
  const { host, dir, env } = options;
  if ((await host.stat(env.CONTAINERS_STORAGE_CONF, signal)) !== null) return;
  const drivers: StorageDriver[] = ['overlay', ...(traits.fuseOverlayfs ? (['fuse-overlayfs'] as const) : []), 'vfs'];
  let words = '';
  for (const driver of drivers) {
    await host.writeFile(env.CONTAINERS_STORAGE_CONF, storageConf(options, driver), {}, signal);
    const { exitCode, stderr } = await host.exec(['podman', 'info'], { env }, signal);
    if (exitCode === 0) return;
    options.logger.info('a storage driver does not work here', { driver, words: stderr });
    words ||= stderr;
    await host.remove(env.CONTAINERS_STORAGE_CONF, signal);
    // The database has noted the driver that failed, and would refuse the next one.
    for (const begun of ['storage', 'libpod']) await host.remove(`${dir}/${begun}`, signal);
  }
  throw failed(words);
}
