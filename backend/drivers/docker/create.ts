import {
  type ContainerSpec,
  type EngineId,
  emptySpec,
  type ImageId,
  type MachineId,
  splitId,
  type TwinId,
  toImageId,
  toMachineId,
} from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { ContainersFacet, CreateRequest } from '../containers-facet.ts';
import { LABELS, type RunSpec } from '../driver.ts';
import { toContainerBody, toEndpoint } from './container-body.ts';
import type { FullInspect } from './container-inspect.ts';
import { type Containers, HIDDEN_LABEL, missing } from './containers.ts';
import { describeSpec } from './described-spec.ts';
import type { ImageInspect } from './engine-api.ts';
import type { EngineClient } from './engine-client.ts';
import type { Refusal } from './errors.ts';

/** Removing what was half made goes on after a cancel. */
const CLEAN_UP_MS = 30_000;

export function createContainersFacet(deps: {
  host: Host;
  client: EngineClient;
  containers: Containers;
  engineId: EngineId;
  podman: boolean;
}): ContainersFacet {
  const { client, containers, engineId } = deps;

  const remove = async (nativeId: string, options: { volumes: boolean }, signal: AbortSignal): Promise<void> => {
    const query = { force: true, v: options.volumes };
    await client.call({ method: 'DELETE', path: `/containers/${nativeId}`, query, refused: missing }, signal);
  };

  /** Waits for the engine's answer also when it is cancelled: else nobody would know what to remove. */
  async function post(request: { name?: string; body: Record<string, unknown>; image: string }): Promise<string> {
    const refused = (refusal: Refusal) => createRefusal(refusal, request);
    const { Id } = await client.call<{ Id: string }>(
      { method: 'POST', path: '/containers/create', query: { name: request.name }, body: request.body, refused },
      NEVER,
    );
    return Id;
  }

  async function createFrom({ spec, name, image, twinId }: CreateRequest, signal: AbortSignal): Promise<MachineId> {
    signal.throwIfAborted();
    if (deps.podman) await requireSources(spec, signal);
    const body = toContainerBody(spec);
    const nativeId = await post({ name, body: { ...body, ...identity(spec, image, twinId) }, image: image.name });
    try {
      for (const join of spec.networks.slice(1)) {
        const connect = { Container: nativeId, EndpointConfig: toEndpoint(join) };
        const path = `/networks/${encodeURIComponent(join.network)}/connect`;
        // Podman's answer is no JSON.
        (await client.stream({ method: 'POST', path, body: connect }, signal)).resume();
      }
      signal.throwIfAborted();
    } catch (error) {
      await remove(nativeId, { volumes: true }, AbortSignal.timeout(CLEAN_UP_MS));
      throw error;
    }
    containers.touch(nativeId);
    return toMachineId(engineId, nativeId);
  }

  /** Podman's Docker API makes every absent folder, whether it was asked to or not. */
  async function requireSources({ mounts }: ContainerSpec, signal: AbortSignal): Promise<void> {
    for (const mount of mounts) {
      if (mount.type !== 'bind' || mount.createSource) continue;
      if ((await deps.host.stat(mount.source, signal)) === null) throw new AppError('sourceMissing', { path: mount.source });
    }
  }

  /** Of it nothing was asked, so all that it has is its image's and the engine's own. It exists for a moment. */
  async function inspectBare(image: string, signal: AbortSignal): Promise<FullInspect> {
    const refused = ({ status }: Refusal) => (status === 404 ? new AppError('imageMissing', { image }) : null);
    const { Config } = await client.call<ImageInspect>({ method: 'GET', path: `/images/${image}/json`, refused }, signal);
    // An image without a command is refused; what it has, is put back.
    const body = { ...toContainerBody(emptySpec(image)), Image: image, Cmd: ['/'], Labels: { [HIDDEN_LABEL]: 'defaults' } };
    const nativeId = await post({ body, image });
    try {
      const bare = (await containers.inspectNative(nativeId, signal)) as FullInspect;
      return { ...bare, Config: { ...bare.Config, Cmd: Config?.Cmd ?? null } };
    } finally {
      await remove(nativeId, { volumes: true }, AbortSignal.timeout(CLEAN_UP_MS));
    }
  }

  return {
    create: (run, signal) => createFrom({ spec: specOf(run), name: run.name, image: run.image, twinId: run.twinId }, signal),
    createFrom,

    async describe(id, options, signal) {
      const container = (await containers.inspect(id, signal)) as FullInspect;
      const bare = await inspectBare(container.Image, signal);
      return { spec: describeSpec(container, bare, options), imageId: toImageId(engineId, container.Image) };
    },

    async rename(id, name, signal) {
      const { nativeId } = splitId(id);
      const refused = (refusal: Refusal) => missing(refusal) ?? (isNameTaken(refusal) ? new AppError('nameTaken', { name }) : null);
      await client.call({ method: 'POST', path: `/containers/${nativeId}/rename`, query: { name }, refused }, signal);
      containers.touch(nativeId);
    },

    async discard(id, signal) {
      const { nativeId } = splitId(id);
      await remove(nativeId, { volumes: false }, signal);
      containers.touch(nativeId);
    },
  };
}

const NEVER = new AbortController().signal;

/** By id: the name may mean another image by now, and Podman guesses at short names. The label keeps the name. */
function identity(spec: ContainerSpec, image: { id: ImageId; name: string }, twinId: TwinId | null): Record<string, unknown> {
  const labels = { ...spec.labels, [LABELS.image]: image.name, ...(twinId === null ? {} : { [LABELS.twin]: twinId }) };
  return { Image: splitId(image.id).nativeId, Labels: labels };
}

function specOf({ image, ports, limits, process }: RunSpec): ContainerSpec {
  return {
    ...emptySpec(image.name),
    command: process.command,
    entrypoint: process.entrypoint.length === 0 ? null : process.entrypoint,
    env: Object.fromEntries(process.env.map((entry) => [entry.replace(/=.*$/s, ''), entry.replace(/^[^=]*=?/, '')])),
    workingDir: process.workingDir || null,
    user: process.user || null,
    stopSignal: process.stopSignal,
    exposedPorts: process.exposedPorts,
    ports: ports.map(({ machinePort, ...port }) => ({ ...port, containerPort: machinePort })),
    cpus: limits.cpus,
    memoryBytes: limits.memoryBytes,
    // Swap included: the limit is what it may use in all.
    memorySwapBytes: limits.memoryBytes,
    pidsLimit: limits.processes,
  };
}

function isNameTaken({ message }: Refusal): boolean {
  return /name .*already in use/.test(message);
}

/** What a refusal to create means; null when the engine's own words say it best. */
function createRefusal(refusal: Refusal, { name = '', image }: { name?: string; image: string }): AppError | null {
  const { status, message } = refusal;
  if (isNameTaken(refusal)) return new AppError('nameTaken', { name });
  if (status === 404 && /no such image|image not known/i.test(message)) return new AppError('imageMissing', { image });
  const path = /bind source path does not exist: (?<path>.+)$/.exec(message) ?? /statfs (?<path>.+): no such file/.exec(message);
  if (path?.groups?.path !== undefined) return new AppError('sourceMissing', { path: path.groups.path }, { detail: message });
  return null;
}
