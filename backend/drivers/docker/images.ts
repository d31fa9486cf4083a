import { type Image, type ImageId, splitId, toImageId } from '../../contract/index.ts';
import { AppError, type Clock } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { type ImageProcess, type ImagesFacet, LABELS } from '../driver.ts';
import { mapAtOnce } from './at-once.ts';
import { type Containers, HIDDEN_LABEL } from './containers.ts';
import type { ContainerSummary, ImageInspect, ImageSummary } from './engine-api.ts';
import type { EngineClient } from './engine-client.ts';
import { shownNames, toLayers } from './image-details.ts';
import { createImageEditing, inspectWithHistory } from './image-editing.ts';
import { familiarName } from './image-names.ts';
import { readLayerFiles } from './layer-files.ts';
import { HOLD_LABEL } from './layer-hold.ts';

const INSPECTS_AT_ONCE = 8;
/** Older than any export takes: its maker ended before it could remove it. */
const FORGOTTEN_AFTER_S = 6 * 3600;

export function createImages(deps: {
  host: Host;
  client: EngineClient;
  containers: Containers;
  clock: Clock;
  engineId: Image['engineId'];
}): ImagesFacet {
  const { host, client, containers, clock, engineId } = deps;
  /** An image never changes under its id. */
  const facts = new Map<string, Pick<Image, 'layers' | 'architecture'> & { process: ImageProcess }>();
  const editing = createImageEditing({ client, engineId });

  async function inspect(name: string, shown: string, signal: AbortSignal): Promise<ImageInspect> {
    const refused = ({ status }: { status: number }) => (status === 404 ? new AppError('imageMissing', { image: shown }) : null);
    return client.call({ method: 'GET', path: `/images/${encodeURI(name)}/json`, refused }, signal);
  }

  async function factsOf(id: string, signal: AbortSignal) {
    const known = facts.get(id);
    if (known !== undefined) return known;
    const [image, history] = await inspectWithHistory(client, id, signal);
    const layers = toLayers(image, history).layers.map(({ chainId, sizeBytes }) => ({ chainId, sizeBytes }));
    const found = { layers, architecture: image.Architecture || null, process: toProcess(image.Config) };
    facts.set(id, found);
    return found;
  }

  async function removeForgottenExports(signal: AbortSignal): Promise<void> {
    const filters = JSON.stringify({ label: [HIDDEN_LABEL] });
    const found = await client.call<ContainerSummary[]>({ method: 'GET', path: '/containers/json', query: { all: true, filters } }, signal);
    for (const { Id, Created } of found) {
      if (clock.now() / 1000 - Created > FORGOTTEN_AFTER_S) await removeContainer(Id, signal);
    }
  }

  function removeContainer(nativeId: string, signal: AbortSignal): Promise<void> {
    return client.call({ method: 'DELETE', path: `/containers/${nativeId}`, query: { force: true, v: true } }, signal);
  }

  return {
    ...editing,

    async list(signal) {
      const all = await client.call<ImageSummary[]>({ method: 'GET', path: '/images/json' }, signal);
      const summaries = all.filter(({ Labels }) => Labels?.[HOLD_LABEL] === undefined);
      const images = await mapAtOnce(summaries, INSPECTS_AT_ONCE, async (summary) => {
        try {
          const { layers, architecture } = await factsOf(summary.Id, signal);
          const image = toImage(summary, engineId);
          // Labels are handed down: what is built from the starter image has more layers than its one.
          return { ...image, sizeBytes: sumOf(layers), layers, architecture, starter: image.starter && layers.length === 1 };
        } catch (error) {
          // Removed since the listing.
          if (error instanceof AppError && error.reason === 'imageMissing') return null;
          throw error;
        }
      });
      return images.filter((image) => image !== null);
    },

    async remove(id, signal) {
      const { nativeId } = splitId(id);
      const { RepoTags } = await inspect(nativeId, nativeId, signal);
      const names = RepoTags?.length ? RepoTags : [nativeId];
      const shown = familiarName(names[0] ?? nativeId);
      const users = (await containers.summaries(signal)).filter(({ ImageID }) => ImageID === nativeId);
      if (users.length > 0)
        throw inUse(
          shown,
          users.map(({ Names }) => (Names[0] ?? '').replace(/^\//, '')),
        );
      const refused = ({ status, message }: { status: number; message: string }) => {
        if (status === 404) return new AppError('imageMissing', { image: shown });
        return status === 409 ? inUse(shown, [message]) : null;
      };
      // Without force, so that a container made in this moment keeps its image: every name is taken off, the last one removes it.
      for (const name of names) await client.call({ method: 'DELETE', path: `/images/${encodeURI(name)}`, refused }, signal);
      facts.delete(nativeId);
    },

    async process(id, signal) {
      return (await factsOf(splitId(id).nativeId, signal)).process;
    },

    async *exportFilesystem(id, signal) {
      const { nativeId } = splitId(id);
      if (yield* readLayerFiles(host, await inspect(nativeId, nativeId, signal), signal)) return;
      await removeForgottenExports(signal);
      // Never started, so its command need not exist; but an image without one is refused.
      const body = { Image: nativeId, Cmd: ['/'], Labels: { [HIDDEN_LABEL]: 'export' }, NetworkDisabled: true };
      const refused = ({ status }: { status: number }) => (status === 404 ? new AppError('imageMissing', { image: nativeId }) : null);
      const { Id } = await client.call<{ Id: string }>({ method: 'POST', path: '/containers/create', body, refused }, signal);
      try {
        const tar = await client.stream({ method: 'GET', path: `/containers/${Id}/export` }, signal);
        try {
          yield* tar as AsyncIterable<Buffer>;
        } catch (error) {
          throw client.translate(error, signal);
        } finally {
          tar.destroy();
        }
      } finally {
        // Also after a cancel, whose signal would stop this too.
        await removeContainer(Id, AbortSignal.timeout(30_000));
      }
    },

    async load(archive, signal) {
      const ids = await editing.loadAll(archive, signal);
      return ids[ids.length - 1] as ImageId;
    },
  };
}

/** Not the engine's own figure: Podman's holds the configuration too. */
function sumOf(layers: Image['layers']): number {
  return layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function toImage(
  { Id, RepoTags, Created, Labels }: ImageSummary,
  engineId: Image['engineId'],
): Omit<Image, 'sizeBytes' | 'layers' | 'architecture'> {
  return {
    id: toImageId(engineId, Id),
    engineId,
    names: shownNames(RepoTags),
    createdAtMs: Created > 0 ? Created * 1000 : null,
    starter: Labels?.[LABELS.starter] !== undefined,
  };
}

function toProcess(config: ImageInspect['Config']): ImageProcess {
  const exposed = Object.keys(config?.ExposedPorts ?? {}).map((key) => key.split('/'));
  return {
    entrypoint: config?.Entrypoint ?? [],
    command: config?.Cmd ?? [],
    env: config?.Env ?? [],
    workingDir: config?.WorkingDir || '/',
    user: config?.User ?? '',
    exposedPorts: exposed.flatMap(([port, protocol = 'tcp']) =>
      protocol === 'tcp' || protocol === 'udp' ? [{ protocol, port: Number(port) }] : [],
    ),
    stopSignal: config?.StopSignal || null,
    volumes: Object.keys(config?.Volumes ?? {}).toSorted(),
  };
}

function inUse(image: string, machines: string[]): AppError {
  return new AppError('imageInUse', { image, machines: machines.join(', ') });
}
