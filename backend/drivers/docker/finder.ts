import type { Engine, Problem } from '../../contract/index.ts';
import { AppError, type Clock, type Logger, toAppError } from '../../core/index.ts';
import type { DialTarget, Host } from '../../hosts/host.ts';
import type { EngineCandidate, EngineFinder } from '../driver.ts';
import { dialEngine } from './dial.ts';
import { askEngine, connectDocker, isPodman } from './driver.ts';
import { addressOf, type Endpoint, type EndpointEnv, engineIdOf, listEndpoints } from './endpoints.ts';
import { EngineClient } from './engine-client.ts';

/** Finding must not wait for an engine that hangs. */
const ASK_TIMEOUT_MS = 3_000;

export interface DockerFinderOptions {
  env: EndpointEnv;
  clock: Clock;
  logger: Logger;
}

interface Answer {
  /** The same for every way that leads to one engine. */
  identity: string;
  product: Engine['product'];
  problem: Problem | null;
}

/**
 * Finds Docker and Podman on a host: the default sockets, every docker context and `DOCKER_HOST`.
 * An engine that is reached in several ways is listed once, under the first of them.
 */
export function createDockerFinder(options: DockerFinderOptions): EngineFinder {
  const { clock, logger } = options;
  /** By socket, and the time at which it was made: an engine is asked once for every time that it starts. */
  const answers = new Map<string, Answer>();
  /** By address: an engine that is away for a moment is still the same one. */
  const identities = new Map<string, string>();

  /** Null when nothing is there. */
  async function ask(host: Host, endpoint: Endpoint, signal: AbortSignal): Promise<Answer | null> {
    const madeAt = await timeMade(host, endpoint.target, signal);
    if (madeAt === null) return null;
    const address = `${host.id} ${addressOf(endpoint.target)}`;
    const stamp = `${address} ${madeAt}`;
    const known = answers.get(stamp);
    if (known !== undefined) return known;
    const late = AbortSignal.timeout(ASK_TIMEOUT_MS);
    try {
      const answer = { ...(await identify(host, endpoint, AbortSignal.any([signal, late]))), problem: null };
      answers.set(stamp, answer);
      identities.set(address, answer.identity);
      return answer;
    } catch (error) {
      if (signal.aborted) throw error;
      const { problem } = late.aborted ? tooLate(endpoint) : toAppError(error);
      return { identity: identities.get(address) ?? address.replace(' /var/run/', ' /run/'), product: endpoint.product, problem };
    }
  }

  function candidateOf(host: Host, endpoint: Endpoint, { product, problem }: Answer): EngineCandidate {
    const engine: Engine = {
      id: engineIdOf(host, endpoint.key),
      hostId: host.id,
      product,
      name: endpoint.name,
      machineKind: 'container',
      version: null,
      endpoint: addressOf(endpoint.target),
      embedded: false,
      rootless: null,
      health: { status: problem === null ? 'connecting' : 'unreachable', problem },
      facets: [],
      accelerator: null,
    };
    return {
      engineId: engine.id,
      engine,
      connect: (signal) => connectDocker({ host, target: endpoint.target, tls: endpoint.tls, engine, clock, logger }, signal),
    };
  }

  return {
    async find(host, signal) {
      const endpoints = await listEndpoints(host, options, signal);
      const answered = await Promise.all(endpoints.map((endpoint) => ask(host, endpoint, signal)));
      const seen = new Set<string>();
      const candidates: EngineCandidate[] = [];
      for (const [index, endpoint] of endpoints.entries()) {
        const answer = answered[index];
        if (!answer || seen.has(answer.identity)) continue;
        seen.add(answer.identity);
        candidates.push(candidateOf(host, endpoint, answer));
      }
      return candidates;
    },
  };
}

async function identify(host: Host, endpoint: Endpoint, signal: AbortSignal): Promise<Pick<Answer, 'identity' | 'product'>> {
  const name = { name: endpoint.name, endpoint: addressOf(endpoint.target) };
  using client = new EngineClient(name, (abort) => dialEngine(host, endpoint, abort));
  const { version, info } = await askEngine(client, signal);
  // Podman makes up a new ID for every answer: its storage tells one engine from another.
  if (isPodman(version)) return { identity: `podman ${info.Name} ${info.DockerRootDir}`, product: 'podman' };
  return { identity: `docker ${info.ID}`, product: 'docker' };
}

/** Null when there is no such socket, or none that this user could know of; what is reached over TCP is always there. */
async function timeMade(host: Host, target: DialTarget, signal: AbortSignal): Promise<number | null> {
  if (!('unixPath' in target)) return 0;
  try {
    const found = await host.stat(target.unixPath, signal);
    return found?.kind === 'socket' ? found.modifiedMs : null;
  } catch (error) {
    if (error instanceof AppError && error.reason === 'fileDenied') return null;
    throw error;
  }
}

function tooLate({ name }: Endpoint): AppError {
  return new AppError('engineUnreachable', { engine: name, message: `no answer for ${ASK_TIMEOUT_MS / 1000} s` });
}
