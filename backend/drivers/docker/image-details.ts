import type { Image, ImageDetails } from '../../contract/index.ts';
import type { HistoryAnswer, ImageInspect } from './engine-api.ts';
import { chainIds, matchHistory } from './image-layers.ts';
import { familiarName } from './image-names.ts';
import { timeOf } from './machines.ts';

/** An image's layers with their sizes; one that stands for all where the engine does not tell them apart. */
export function toLayers(image: ImageInspect, history: readonly HistoryAnswer[]): Pick<ImageDetails, 'layers' | 'steps'> {
  const diffIds = image.RootFS?.Layers ?? [];
  const matched = matchHistory(history, diffIds);
  if (matched !== null && matched.layers.length > 0) return matched;
  const [diffId = image.Id] = diffIds;
  const chainId = diffIds.length === 1 ? (chainIds(diffIds)[0] ?? image.Id) : image.Id;
  return { layers: image.Size > 0 ? [{ chainId, diffId, sizeBytes: image.Size }] : [], steps: [] };
}

export function toImageDetails(
  id: Image['id'],
  image: ImageInspect,
  { layers, steps }: Pick<ImageDetails, 'layers' | 'steps'>,
): ImageDetails {
  const { Config: config } = image;
  return {
    id,
    names: shownNames(image.RepoTags),
    digests: (image.RepoDigests ?? []).map(familiarName),
    createdAtMs: timeOf(image.Created),
    author: image.Author ?? '',
    os: image.Os ?? '',
    architecture: [image.Architecture, image.Variant].filter(Boolean).join('/'),
    entrypoint: config?.Entrypoint ?? [],
    command: config?.Cmd ?? [],
    env: config?.Env ?? [],
    workingDir: config?.WorkingDir || '/',
    user: config?.User ?? '',
    exposedPorts: Object.keys(config?.ExposedPorts ?? {}),
    volumes: Object.keys(config?.Volumes ?? {}),
    labels: config?.Labels ?? {},
    stopSignal: config?.StopSignal || null,
    healthCheck: config?.Healthcheck?.Test ?? [],
    layers,
    steps,
  };
}

export function shownNames(tags: readonly string[] | null): string[] {
  return (tags ?? []).filter((name) => !name.startsWith('<none>')).map(familiarName);
}
