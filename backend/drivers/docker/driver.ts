import type { Engine } from '../../contract/index.ts';
import { AppError, type Clock, type Logger } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { Driver } from '../driver.ts';
import { Actions } from './act.ts';
import { type Builder, builderOf, createBuilds } from './builds.ts';
import { createCompose } from './compose.ts';
import { Containers } from './containers.ts';
import { createContainersFacet } from './create.ts';
import { toDetails } from './details.ts';
import { dialEngine, type EngineAddress } from './dial.ts';
import type { InfoAnswer, VersionAnswer } from './engine-api.ts';
import { EngineClient } from './engine-client.ts';
import { EventLog } from './event-log.ts';
import { createEvents } from './events.ts';
import { Files } from './files/index.ts';
import { FirstOutput } from './first-output.ts';
import { createHealth } from './health.ts';
import { createImages } from './images.ts';
import { createIsolation } from './isolation.ts';
import { createLimits } from './limits.ts';
import { readLiveValues, withLiveValues } from './live-resources.ts';
import { readLogs } from './logs.ts';
import { createMetrics } from './metrics.ts';
import { createNetworks } from './networks.ts';
import { createPods } from './pods.ts';
import { PortOwners } from './port-owners.ts';
import { createProcesses } from './processes.ts';
import { createRegistries } from './registries.ts';
import { createRestart } from './restart.ts';
import { createTerminals } from './terminals.ts';
import { createVolumes } from './volumes.ts';
import { watchEngine } from './watch.ts';

/** The newest API that this driver was written for; an older engine is spoken to in its own. */
const API = { major: 1, minor: 48 };
/** Older ones lack what every part of this driver asks for (Docker 19.03 has it). */
const OLDEST_MINOR = 40;

/** Before it, changed limits are forgotten when the container ends, and the restart policy is set for good. */
const PODMAN_KEEPS_UPDATES = [5, 1] as const;

export interface DockerDriverOptions extends EngineAddress {
  host: Host;
  /** What is known before it answers; version, product and the like are filled in. */
  engine: Engine;
  clock: Clock;
  logger: Logger;
}

/** Connects to an engine that speaks the Docker API. @throws AppError engineUnreachable, engineDenied */
export async function connectDocker(options: DockerDriverOptions, signal: AbortSignal): Promise<Driver> {
  const { host, clock } = options;
  const client = new EngineClient({ name: options.engine.name, endpoint: options.engine.endpoint }, (abort) =>
    dialEngine(host, options, abort),
  );
  try {
    const { version, info } = await askEngine(client, signal);
    const askedAt = clock.monotonic();
    client.versionPrefix = apiPrefix(version.ApiVersion, options.engine.name);
    const engineSeconds = () => (Date.parse(info.SystemTime) + clock.monotonic() - askedAt) / 1000;
    return createDriver({
      ...options,
      client,
      engine: toEngine(options.engine, version, info),
      kernelRelease: info.KernelVersion,
      size: { cpus: info.NCPU, memoryBytes: info.MemTotal },
      engineSeconds,
      builder: builderOf({
        podman: isPodman(version),
        apiVersion: version.ApiVersion,
        osType: version.Os,
        builderVersion: await builderVersion(client, signal),
      }),
      containerdImages: info.DriverStatus?.some(([, value]) => value.startsWith('io.containerd.snapshotter')) ?? false,
    });
  } catch (error) {
    client[Symbol.dispose]();
    throw error;
  }
}

interface ConnectedOptions extends DockerDriverOptions {
  client: EngineClient;
  kernelRelease: string;
  /** Of the engine's own machine. */
  size: { cpus: number; memoryBytes: number };
  engineSeconds: () => number;
  builder: Builder;
  /** Images are kept by containerd, which never throws away what has come. */
  containerdImages: boolean;
}

function createDriver(options: ConnectedOptions): Driver {
  const { host, client, clock, engine } = options;
  const engineId = engine.id;
  const logger = options.logger.child({ engineId });
  const podman = engine.product === 'podman';
  const keepsUpdates = !podman || isAtLeast(engine.version, PODMAN_KEEPS_UPDATES);
  const containers = new Containers(
    client,
    { engineId, kernelRelease: options.kernelRelease },
    {
      clock,
      logger,
      ...(keepsUpdates
        ? {}
        : {
            async correct(container, signal) {
              const live = await readLiveValues(host, container, signal);
              return live === null ? container : withLiveValues(container, live);
            },
          }),
    },
  );
  const firstOutput = new FirstOutput(client, containers);
  const files = new Files({ client, containers, engineId, rootless: engine.rootless === true, clock, logger });
  const portOwners = new PortOwners(host);
  const actions = new Actions({ client, containers, firstOutput, portOwners });
  const isolation = createIsolation({ host, client, containers });
  const eventLog = new EventLog();
  return {
    engineId,
    host,
    engine: () => engine,
    list: (signal) => containers.list(signal),
    watch: (signal) =>
      watchEngine({ engineId, client, containers, pods: podman, clock, eventLog, engineSeconds: options.engineSeconds }, signal),
    async inspect(id, signal) {
      const container = await containers.inspect(id, signal);
      return toDetails(container, containers.toMachine(container));
    },
    async act(id, action, { force }, signal) {
      // Podman removes nothing that a helper depends on.
      if (action === 'remove') await files.close(id);
      await actions.act(id, action, { force }, signal);
    },
    logs: {
      read: (id, options, signal) => readLogs({ client, containers, clock, podman }, { id, ...options }, signal),
      firstOutput: (id, signal) => firstOutput.arm(id, signal),
    },
    limits: createLimits({ host, client, containers, size: options.size, podman, keepsUpdates }),
    restart: createRestart({ host, client, containers, engine, changesPolicy: keepsUpdates }),
    isolation,
    processes: createProcesses({ host, client, containers, isolation, clock }),
    events: createEvents({ client, containers, log: eventLog, engineSeconds: options.engineSeconds }),
    health: createHealth({ containers }),
    metrics: createMetrics({ host, containers }),
    terminals: createTerminals({ client, containers, clock, logger }),
    images: createImages({ host, client, containers, clock, engineId }),
    builds: createBuilds({ client, host, clock, engineId, builder: options.builder }),
    registries: createRegistries({ client, engineId, clock, logger, podman, keepsLayers: podman || options.containerdImages }),
    files,
    volumes: createVolumes({ client, containers, files, engineId }),
    networks: createNetworks({ client, engineId, containers, podman }),
    containers: createContainersFacet({ host, client, containers, engineId, podman }),
    ...(podman ? { pods: createPods({ client, containers, portOwners, engineId }) } : {}),
    compose: createCompose(engine),
    async [Symbol.asyncDispose]() {
      await files[Symbol.asyncDispose]();
      client[Symbol.dispose]();
    },
  };
}

/** What the engine says of itself. */
export async function askEngine(client: EngineClient, signal: AbortSignal): Promise<{ version: VersionAnswer; info: InfoAnswer }> {
  const [version, info] = await Promise.all([
    client.call<VersionAnswer>({ method: 'GET', path: '/version' }, signal),
    client.call<InfoAnswer>({ method: 'GET', path: '/info' }, signal),
  ]);
  return { version, info };
}

/** What the engine proposes: `1` the classic builder, `2` BuildKit. Engines before 23.0 leave the choice to who asks. */
async function builderVersion(client: EngineClient, signal: AbortSignal): Promise<string | undefined> {
  const answer = await client.stream({ method: 'GET', path: '/_ping' }, signal);
  answer.resume();
  const said = answer.headers['builder-version'];
  return typeof said === 'string' ? said : undefined;
}

/** Whether a version is that one or a later one. */
function isAtLeast(version: string | null, [major, minor]: readonly [number, number]): boolean {
  const [own = 0, ownMinor = 0] = (version ?? '').split('.').map((part) => Number.parseInt(part, 10));
  return own > major || (own === major && ownMinor >= minor);
}

/** @throws AppError engineTooOld */
function apiPrefix(offered: string, engine: string): string {
  const [major = API.major, minor = API.minor] = offered.split('.').map(Number);
  if (major < API.major || (major === API.major && minor < OLDEST_MINOR))
    throw new AppError('engineTooOld', { engine, offered, needed: `${API.major}.${OLDEST_MINOR}` });
  if (major > API.major)
    throw new AppError('actionUnsupported', { engine: `Docker API ${offered}`, action: `be spoken to in version ${API.major}` });
  return `/v${major}.${Math.min(minor, API.minor)}`;
}

function toEngine(engine: Engine, version: VersionAnswer, info: InfoAnswer): Engine {
  const podman = isPodman(version);
  return {
    ...engine,
    product: podman ? 'podman' : 'docker',
    version: version.Version,
    rootless: info.Rootless ?? info.SecurityOptions?.some((option) => option.includes('rootless')) ?? false,
    health: { status: 'healthy', problem: null },
  };
}

export function isPodman(version: VersionAnswer): boolean {
  return version.Components?.some(({ Name }) => Name === 'Podman Engine') ?? false;
}
