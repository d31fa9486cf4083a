import type { AfterReboot, Engine, MachineId, RestartPolicy } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { RestartFacet } from '../restart.ts';
import { type Containers, missing } from './containers.ts';
import type { EngineClient } from './engine-client.ts';

export interface RestartDeps {
  host: Host;
  client: EngineClient;
  containers: Containers;
  engine: Engine;
  /** Podman sets it for good before 5.1. */
  changesPolicy: boolean;
}

export function createRestart(deps: RestartDeps): RestartFacet {
  const { host, client, containers, engine } = deps;
  const podman = engine.product === 'podman';

  async function setPolicy(id: MachineId, { name, maximumRetries }: RestartPolicy, signal: AbortSignal): Promise<void> {
    const { Id } = await containers.inspect(id, signal);
    const path = `/containers/${Id}/update`;
    const retries = name === 'on-failure' ? maximumRetries : 0;
    const request = podman
      ? { path: `/libpod${path}`, body: {}, query: { restartPolicy: name, restartRetries: retries || undefined } }
      : { path, body: { RestartPolicy: { Name: name, MaximumRetryCount: retries } } };
    try {
      const body = await client.stream({ method: 'POST', ...request, refused: missing }, signal);
      for await (const _ of body);
    } finally {
      containers.touch(Id);
    }
  }

  return {
    ...(deps.changesPolicy ? { setPolicy } : {}),
    afterReboot: (signal) => afterReboot(host, engine, signal),
  };
}

/**
 * Whether what has to start with the host for a policy to be worth anything is set to do so.
 * Docker: https://docs.docker.com/engine/containers/start-containers-automatically/
 * Podman has no daemon; a service of its own starts containers with the policy "always": podman-restart.service.
 */
export async function afterReboot(host: Host, { product, embedded, rootless }: Engine, signal: AbortSignal): Promise<AfterReboot> {
  // It keeps its containers where podman-restart does not look.
  if (embedded) return { what: 'embedded', service: null };
  const scope = rootless ? ['--user'] : [];
  const isEnabled = async (service: string) => {
    const answer = await host.exec(['systemctl', ...scope, 'is-enabled', service], {}, signal).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'unsupported') return null;
      throw error;
    });
    const word = answer?.stdout.toString().trim();
    if (word === 'enabled' || word === 'enabled-runtime' || word === 'alias' || word === 'static' || word === 'indirect') return true;
    return word === 'disabled' || word === 'masked' ? false : null;
  };
  if (product === 'podman') {
    const enabled = await isEnabled('podman-restart.service');
    if (enabled === null) return { what: 'unknown', service: 'podman-restart.service' };
    return { what: enabled ? 'podmanRestart' : 'podmanRestartDisabled', service: 'podman-restart.service' };
  }
  const [service, socket] = await Promise.all([isEnabled('docker.service'), isEnabled('docker.socket')]);
  if (service === true) return { what: 'engine', service: 'docker.service' };
  if (socket === true) return { what: 'engineOnDemand', service: 'docker.service' };
  return { what: service === null ? 'unknown' : 'engineDisabled', service: 'docker.service' };
}
