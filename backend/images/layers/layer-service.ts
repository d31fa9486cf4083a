import type { FindInLayerRequest, Image, ImageContents, ImageId, LayerPage, ListLayerRequest } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { Driver } from '../../drivers/driver.ts';
import { facetOf } from '../../drivers/facets.ts';
import type { Tasks } from '../../tasks/index.ts';
import { told } from '../progress.ts';
import { readLayers } from './archive.ts';
import { changesOf, type LayerChangeEntry, summaryOf } from './changes.ts';
import { findChanges, listFolder } from './listing.ts';

/** Of all images that are remembered together, some 200 bytes each. */
const KEPT_ENTRIES = 1_000_000;

/** What is in an image's layers. The first question about an image reads all of it, as a task; what it found is kept for the next. */
export interface LayerService {
  /** @throws AppError imageMissing, archiveUnusable, `cancelled` */
  read(id: ImageId): Promise<ImageContents>;
  /** @throws AppError as `read`, and invalidInput for a layer that the image does not have */
  list(request: ListLayerRequest): Promise<LayerPage>;
  find(request: FindInLayerRequest): Promise<LayerPage>;
}

interface Contents {
  layers: LayerChangeEntry[][];
  summary: ImageContents;
  entries: number;
}

export function createLayerService(deps: { tasks: Tasks; driverOf: (id: ImageId) => Driver; image: (id: ImageId) => Image }): LayerService {
  /** The one that was asked for last stands last. An image never changes under its id. */
  const kept = new Map<ImageId, Contents>();
  const reading = new Map<ImageId, Promise<Contents>>();

  function contentsOf(id: ImageId): Promise<Contents> {
    const known = kept.get(id);
    if (known !== undefined) {
      keep(id, known);
      return Promise.resolve(known);
    }
    let read = reading.get(id);
    if (read === undefined) {
      read = readWhole(id).finally(() => reading.delete(id));
      reading.set(id, read);
    }
    return read;
  }

  async function readWhole(id: ImageId): Promise<Contents> {
    const image = deps.image(id);
    const images = facetOf(deps.driverOf(id), 'images');
    const subject = image.names[0] ?? id;
    const { result } = deps.tasks.run({ kind: 'readLayers', subject, cancellable: true }, async (report, signal) => {
      const layers = changesOf(await readLayers(told(images.save([id], signal), { report, totalBytes: image.sizeBytes })));
      const entries = layers.reduce((sum, changes) => sum + changes.length, 0);
      return { layers, summary: summaryOf(layers), entries };
    });
    const contents = await result;
    keep(id, contents);
    return contents;
  }

  function keep(id: ImageId, contents: Contents): void {
    kept.delete(id);
    kept.set(id, contents);
    let entries = [...kept.values()].reduce((sum, each) => sum + each.entries, 0);
    for (const [oldest, each] of kept) {
      if (entries <= KEPT_ENTRIES || oldest === id) break;
      kept.delete(oldest);
      entries -= each.entries;
    }
  }

  async function layerOf(id: ImageId, layer: number): Promise<LayerChangeEntry[]> {
    const { layers } = await contentsOf(id);
    const found = layers[layer];
    if (found === undefined) throw new AppError('invalidInput', { field: 'layer', message: `the image has ${layers.length} layers` });
    return found;
  }

  return {
    read: async (id) => (await contentsOf(id)).summary,
    list: async ({ id, layer, folder, offset }) => listFolder(await layerOf(id, layer), folder, offset),
    find: async ({ id, layer, ...wanted }) => findChanges(await layerOf(id, layer), wanted),
  };
}
