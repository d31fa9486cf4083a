import type {
  EngineId,
  ImageId,
  ImagePullRequest,
  ImagePushRequest,
  RegistryCheck,
  RegistryOverview,
  SignInRequest,
} from '../../contract/index.ts';
import { AppError, type Clock, type Logger } from '../../core/index.ts';
import type { Driver } from '../../drivers/driver.ts';
import { facetOf } from '../../drivers/facets.ts';
import type { Credentials, RegistryConfiguration, RegistryLayer } from '../../drivers/registries.ts';
import type { TaskProgress, Tasks } from '../../tasks/index.ts';
import { readAuthorities } from './authorities.ts';
import { clientConfigPaths, readClientConfigs } from './client-config.ts';
import { type CredentialStores, credentialStores } from './credential-store.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { inRange, isLoopback, maskProxies, proxiesOf } from './proxy.ts';
import { openRegistry, type RegistryClient } from './registry-client.ts';
import { readLayers } from './registry-image.ts';
import { metered } from './transfer-meter.ts';

/** A registry that says nothing for this long is slow. */
const ANSWER_MS = 10_000;
/** As kernels name processors, and as images do. */
const ARCHITECTURES: Record<string, string> = { x86_64: 'amd64', aarch64: 'arm64', armv7l: 'arm', i686: '386' };
/** `[registry[:port]/]path[:tag][@digest]`, as the OCI distribution specification has it. */
const IMAGE_NAME =
  /^(?:[a-zA-Z0-9.-]+(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$/;

/** Images to and from registries, and who is signed in where. */
export interface RegistryService {
  /** @throws AppError imageNameInvalid, imageMissing, platformMissing, registry…, engineNoSpace */
  pull(request: ImagePullRequest): Promise<{ imageId: ImageId | null }>;
  /** As `pull`, inside of a task of the caller's. */
  pullWithin(
    request: { driver: Driver; name: string; platform: string | null; report: (progress: TaskProgress) => void },
    signal: AbortSignal,
  ): Promise<ImageId>;
  push(request: ImagePushRequest): Promise<void>;
  list(engine: EngineId, signal: AbortSignal): Promise<RegistryOverview>;
  check(request: { engineId: EngineId; registry: string }, signal: AbortSignal): Promise<RegistryCheck>;
  /** Kept only after the registry has taken them. @throws AppError registry…, credentialsPlain, credentialHelper… */
  signIn(request: SignInRequest, signal: AbortSignal): Promise<void>;
  signOut(request: { engineId: EngineId; registry: string }, signal: AbortSignal): Promise<void>;
}

export function createRegistryService(deps: {
  tasks: Tasks;
  driver: (id: EngineId) => Driver;
  driverOf: (id: ImageId) => Driver;
  clock: Clock;
  logger: Logger;
}): RegistryService {
  const { tasks, clock, logger } = deps;

  async function storesOf(driver: Driver, signal: AbortSignal): Promise<{ env: Environment; stores: CredentialStores }> {
    const env = await readEnvironment(driver.host, signal);
    return { env, stores: credentialStores(driver.host, env) };
  }

  /** A helper that fails must not keep anybody from what is open to all. */
  async function credentialsFor(driver: Driver, image: string, signal: AbortSignal): Promise<Credentials | null> {
    try {
      const { stores } = await storesOf(driver, signal);
      return await stores.find(repositoryOf(image), signal);
    } catch (error) {
      if (signal.aborted) throw error;
      logger.warn('credentials could not be read; going on without', { image, error });
      return null;
    }
  }

  async function clientFor(
    { driver, env }: { driver: Driver; env: Environment },
    registry: string,
    signal: AbortSignal,
  ): Promise<RegistryClient> {
    const { host } = driver;
    const configuration = await facetOf(driver, 'registries').configuration(signal);
    const authorities = await readAuthorities({ host, env }, registry, signal);
    const proxies = hasProxies(configuration) ? configuration.proxies : proxiesOf(env);
    return { registry, insecure: isInsecure(configuration, registry), around: { host, proxies, authorities } };
  }

  /** To go on with a pull later; when it cannot be had, the pull goes on all the same. */
  async function layersOf(
    driver: Driver,
    { name, platform, credentials }: { name: string; platform: string | null; credentials: Credentials | null },
    signal: AbortSignal,
  ): Promise<RegistryLayer[] | null> {
    try {
      const env = await readEnvironment(driver.host, signal);
      const [registry = '', ...path] = repositoryOf(name).split('/');
      const client = await clientFor({ driver, env }, registry, signal);
      const { architecture } = await driver.host.facts(signal);
      const own = `linux/${ARCHITECTURES[architecture] ?? architecture}`;
      const image = { repository: path.join('/'), reference: referenceOf(name), platform: platform ?? own, credentials };
      return await readLayers(client, image, AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]));
    } catch (error) {
      logger.info('a registry did not tell an image’s layers', { image: name, error });
      return null;
    }
  }

  async function fetchImage(
    asked: { driver: Driver; name: string; platform: string | null; allTags: boolean; report: (progress: TaskProgress) => void },
    signal: AbortSignal,
  ): Promise<ImageId | null> {
    const { driver, name, platform, allTags, report } = asked;
    const credentials = await credentialsFor(driver, name, signal);
    const layers = (layersSignal: AbortSignal) => layersOf(driver, { name, platform, credentials }, layersSignal);
    const request = { name, platform, allTags, credentials, layers };
    return metered({ clock, report }, (onProgress) => facetOf(driver, 'registries').pull(request, onProgress, signal));
  }

  return {
    async pull({ engineId, name, platform = null, allTags = false }) {
      checkName(name);
      const driver = deps.driver(engineId);
      facetOf(driver, 'registries');
      return tasks.run({ kind: 'pullImage', subject: name, cancellable: true }, async (report, signal) => ({
        imageId: await fetchImage({ driver, name, platform, allTags, report }, signal),
      })).result;
    },

    async pullWithin({ driver, name, platform, report }, signal) {
      checkName(name);
      const id = await fetchImage({ driver, name, platform, allTags: false, report }, signal);
      if (id === null) throw new AppError('imageMissing', { image: name });
      return id;
    },

    async push({ id, name }) {
      checkName(name);
      const driver = deps.driverOf(id);
      const registries = facetOf(driver, 'registries');
      await tasks.run({ kind: 'pushImage', subject: name, cancellable: true }, async (report, signal) => {
        const credentials = await credentialsFor(driver, name, signal);
        await metered({ clock, report }, (onProgress) => registries.push({ id, name, credentials }, onProgress, signal));
      }).result;
    },

    async list(engineId, signal) {
      const driver = deps.driver(engineId);
      const configuration = await facetOf(driver, 'registries').configuration(signal);
      const { env, stores } = await storesOf(driver, signal);
      const { signIns, problems, storeFor } = await stores.list(signal);
      const names = new Set(['docker.io', ...signIns.map(({ registry }) => registry), ...namesOf(configuration)]);
      const registries = [...names].map((name) => ({
        name,
        signedIn: signIns.find(({ registry }) => registry === name)?.signedIn ?? null,
        store: storeFor(name),
        insecure: isInsecure(configuration, name),
        mirrors: configuration.mirrors.find(({ registry }) => registry === name)?.mirrors ?? [],
      }));
      const { configs } = await readClientConfigs(driver.host, clientConfigPaths(env).slice(0, 1), signal);
      const client = Object.entries(configs[0]?.content.proxies ?? {}).map(([engine, { httpProxy, httpsProxy, noProxy }]) => ({
        engine,
        proxies: maskProxies({ http: httpProxy ?? null, https: httpsProxy ?? null, none: noProxy ?? null }),
      }));
      return {
        registries,
        insecureRanges: configuration.insecure.filter((place) => place.includes('/')),
        proxies: { engine: maskProxies(configuration.proxies), environment: maskProxies(proxiesOf(env)), client },
        problems,
      };
    },

    async check({ engineId, registry }, signal) {
      const driver = deps.driver(engineId);
      const { env, stores } = await storesOf(driver, signal);
      const client = await clientFor({ driver, env }, registry, signal);
      const began = clock.monotonic();
      const answer = { insecure: client.insecure, problem: null, access: null };
      const took = () => clock.monotonic() - began;
      try {
        const credentials = await stores.find(registry, signal);
        const access = await openRegistry(client, { credentials, withinMs: ANSWER_MS }, signal);
        return { ...answer, access, ms: took() };
      } catch (error) {
        if (!(error instanceof AppError) || signal.aborted) throw error;
        return { ...answer, problem: error.problem, ms: took() };
      }
    },

    async signIn({ engineId, registry, username, password, acceptPlain }, signal) {
      const driver = deps.driver(engineId);
      const { env, stores } = await storesOf(driver, signal);
      const store = await stores.storeFor(registry, signal);
      if (store.helper === null && !acceptPlain) throw new AppError('credentialsPlain', { path: store.path });
      const client = await clientFor({ driver, env }, registry, signal);
      const credentials = { username, secret: password, isToken: false };
      await openRegistry(client, { credentials, withinMs: ANSWER_MS }, signal);
      await stores.keep(registry, { credentials, acceptPlain }, signal);
    },

    async signOut({ engineId, registry }, signal) {
      const { stores } = await storesOf(deps.driver(engineId), signal);
      await stores.forget(registry, signal);
    },
  };
}

function checkName(name: string): void {
  if (!IMAGE_NAME.test(name)) throw new AppError('imageNameInvalid', { image: name });
}

/** Tag or digest. */
function referenceOf(image: string): string {
  const digest = image.split('@')[1];
  return digest ?? /:([^/:]+)$/.exec(image)?.[1] ?? 'latest';
}

/** With its registry in front, without tag and digest: how credentials are looked for. */
function repositoryOf(image: string): string {
  const bare = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  const first = bare.split('/')[0] ?? '';
  if (bare.includes('/') && /[.:]|^localhost$/.test(first)) return bare;
  return `docker.io/${bare.includes('/') ? bare : `library/${bare}`}`;
}

function isInsecure({ insecure }: RegistryConfiguration, registry: string): boolean {
  const host = registry.replace(/:\d+$/, '');
  return insecure.some((place) => {
    if (!place.includes('/')) return place === registry || place === host;
    return inRange(host, place) || (isLoopback(host) && place.startsWith('127.'));
  });
}

/** The engine's own list names registries; ranges of addresses are told apart. */
function namesOf({ insecure, mirrors }: RegistryConfiguration): string[] {
  return [...insecure.filter((place) => !place.includes('/')), ...mirrors.map(({ registry }) => registry)];
}

function hasProxies({ proxies }: RegistryConfiguration): boolean {
  return proxies.http !== null || proxies.https !== null;
}
