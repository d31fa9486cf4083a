import { createHash } from 'node:crypto';
import { type Engine, type EngineId, engineId } from '../../contract/index.ts';
import { type Logger, messageOf } from '../../core/index.ts';
import type { DialTarget, Host } from '../../hosts/host.ts';
import type { EngineAddress, TlsMaterial } from './dial.ts';

/** Where an engine may be. */
export interface Endpoint extends EngineAddress {
  /** Stable over restarts; becomes the engine's id. */
  key: string;
  name: string;
  product: Engine['product'];
}

/** What the user's environment says, on the host that is searched. */
export interface EndpointEnv {
  /** `DOCKER_HOST` */
  dockerHost: string | null;
  home: string;
  /** `XDG_RUNTIME_DIR`, where rootless engines put their sockets. */
  runtimeDir: string | null;
}

/** Every place where Docker and Podman put their sockets, and every one that the user has named; best first. */
export async function listEndpoints(
  host: Host,
  { env, logger }: { env: EndpointEnv; logger: Logger },
  signal: AbortSignal,
): Promise<Endpoint[]> {
  const { dockerHost, home, runtimeDir } = env;
  const at = (unixPath: string, key: string, name: string): Endpoint => ({
    key,
    name,
    product: key.startsWith('podman') ? 'podman' : 'docker',
    target: { unixPath },
  });
  const named: Endpoint[] = await listContexts(host, { home, logger }, signal);
  const ofEnvironment = dockerHost === null ? null : parseAddress(dockerHost);
  return [
    at('/var/run/docker.sock', 'docker-default', 'Docker'),
    ...(runtimeDir === null ? [] : [at(`${runtimeDir}/docker.sock`, 'docker-rootless', 'Docker (rootless)')]),
    at(`${home}/.docker/desktop/docker.sock`, 'docker-desktop', 'Docker Desktop'),
    at(`${home}/.docker/run/docker.sock`, 'docker-user', 'Docker (user)'),
    at('/run/podman/podman.sock', 'podman-rootful', 'Podman'),
    ...(runtimeDir === null ? [] : [at(`${runtimeDir}/podman/podman.sock`, 'podman-rootless', 'Podman (rootless)')]),
    ...named,
    ...(ofEnvironment === null
      ? []
      : [{ key: 'docker-environment', name: 'DOCKER_HOST', product: 'docker' as const, target: ofEnvironment }]),
  ];
}

/** https://docs.docker.com/engine/manage-resources/contexts/: one folder a context, named by the hash of its name. */
async function listContexts(host: Host, { home, logger }: { home: string; logger: Logger }, signal: AbortSignal): Promise<Endpoint[]> {
  const folder = `${home}/.docker/contexts/meta`;
  const endpoints: Endpoint[] = [];
  for (const entry of (await host.listFolder(folder, signal)) ?? []) {
    const path = `${folder}/${entry}/meta.json`;
    try {
      const meta = JSON.parse((await host.readFile(path, signal)).toString()) as {
        Name?: string;
        Endpoints?: { docker?: { Host?: string; SkipTLSVerify?: boolean } };
      };
      const { Host: address = '', SkipTLSVerify: trustAnyone = false } = meta.Endpoints?.docker ?? {};
      const target = parseAddress(address);
      if (meta.Name === undefined || target === null) continue;
      const tls = 'address' in target ? await readTls(host, `${home}/.docker/contexts/tls/${entry}/docker`, signal) : null;
      const endpoint = { key: `docker-context-${meta.Name}`, name: `Docker (${meta.Name})`, product: 'docker', target } as const;
      endpoints.push(tls === null ? endpoint : { ...endpoint, tls: { ...tls, trustAnyone } });
    } catch (error) {
      if (signal.aborted) throw error;
      logger.warn('a docker context cannot be read', { path, message: messageOf(error) });
    }
  }
  return endpoints.sort((a, b) => a.key.localeCompare(b.key));
}

/** Null for a context without any: its engine is spoken to in the clear. */
async function readTls(host: Host, folder: string, signal: AbortSignal): Promise<Omit<TlsMaterial, 'trustAnyone'> | null> {
  const names = await host.listFolder(folder, signal);
  if (names === null || names.length === 0) return null;
  const read = (name: string) => (names.includes(name) ? host.readFile(`${folder}/${name}`, signal) : undefined);
  const [ca, cert, key] = await Promise.all([read('ca.pem'), read('cert.pem'), read('key.pem')]);
  return { ca, cert, key };
}

/** `unix://` and `tcp://`; null for what is reached in another way (`ssh://` is a host of its own, `npipe://` is Windows). */
export function parseAddress(address: string): DialTarget | null {
  if (address.startsWith('unix://')) return { unixPath: address.slice('unix://'.length) };
  const tcp = /^tcp:\/\/(?:\[(?<v6>[^\]]+)\]|(?<name>[^:/]+))(?::(?<port>\d+))?\/?$/.exec(address)?.groups;
  if (tcp === undefined) return null;
  return { address: tcp.v6 ?? tcp.name ?? '', port: Number(tcp.port ?? 2375) };
}

export function addressOf(target: DialTarget): string {
  return 'unixPath' in target ? target.unixPath : `tcp://${target.address}:${target.port}`;
}

/** A context's name may hold anything: what an id cannot carry is replaced, and told apart by a hash. */
export function engineIdOf(host: Host, key: string): EngineId {
  const full = host.isLocal ? key : `${host.id}.${key}`;
  const safe = full.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 100);
  return engineId.parse(safe === full ? full : `${safe}-${createHash('sha256').update(full).digest('hex').slice(0, 8)}`);
}
