import {
  type CommitRequest,
  type EngineId,
  type Image,
  type ImageId,
  type ImportImageRequest,
  type LoadImagesRequest,
  type Machine,
  type MachineId,
  type SaveImagesRequest,
  splitId,
} from '../contract/index.ts';
import { AppError } from '../core/index.ts';
import type { Driver } from '../drivers/driver.ts';
import { facetOf } from '../drivers/facets.ts';
import type { Tasks } from '../tasks/index.ts';
import type { Transfers } from '../transfers/index.ts';
import { told } from './progress.ts';
import { wholeTar } from './tar.ts';

/** Images that come from a file or a machine, and images that go to a file; all as tasks. */
export interface ImageFiles {
  /** @throws AppError imageMissing */
  save(request: SaveImagesRequest): Promise<void>;
  /** @throws AppError archiveUnusable, engineNoSpace */
  load(request: LoadImagesRequest): Promise<{ imageIds: ImageId[] }>;
  /** @throws AppError archiveUnusable, imageNameInvalid, engineNoSpace */
  importFilesystem(request: ImportImageRequest): Promise<{ imageId: ImageId }>;
  /** @throws AppError imageNameInvalid, machineMissing */
  commit(request: CommitRequest): Promise<{ imageId: ImageId }>;
}

export function createImageFiles(deps: {
  tasks: Tasks;
  transfers: Transfers;
  driver: (id: EngineId) => Driver;
  driverOf: (id: ImageId | MachineId) => Driver;
  image: (id: ImageId) => Image;
  machine: (id: MachineId) => Machine;
  listImages: (id: EngineId, signal: AbortSignal) => Promise<void>;
}): ImageFiles {
  const { tasks, transfers } = deps;
  return {
    async save({ ids, transferId }) {
      const images = ids.map(deps.image);
      const engineIds = new Set(ids.map((id) => splitId(id).engineId));
      const [engineId] = engineIds;
      if (engineId === undefined || engineIds.size > 1) {
        throw new AppError('invalidInput', { field: 'ids', message: 'one archive holds images of one engine' });
      }
      const facet = facetOf(deps.driver(engineId), 'images');
      const subject = images.map(titleOf).join(', ');
      await tasks.run({ kind: 'saveImages', subject, cancellable: true }, (report, signal) =>
        transfers.send(
          transferId,
          async () => ({
            file: { name: fileName(images), sizeBytes: null },
            bytes: told(facet.save(ids, signal), { report, totalBytes: bytesOfLayers(images) }),
          }),
          signal,
        ),
      ).result;
    },

    async load({ engineId, transferId, fileName: subject, sizeBytes }) {
      const images = facetOf(deps.driver(engineId), 'images');
      return tasks.run({ kind: 'loadImages', subject, cancellable: true }, async (report, signal) => {
        const take = (bytes: AsyncIterable<Uint8Array>) => images.loadAll(told(bytes, { report, totalBytes: sizeBytes }), signal);
        const imageIds = await transfers.receive(transferId, take, signal);
        await deps.listImages(engineId, signal);
        return { imageIds };
      }).result;
    },

    async importFilesystem({ engineId, transferId, fileName: subject, sizeBytes, ...spec }) {
      const images = facetOf(deps.driver(engineId), 'images');
      return tasks.run({ kind: 'importImage', subject, cancellable: true }, async (report, signal) => {
        // Engines make an image of half a tar, or of none, and say nothing of it.
        const take = (bytes: AsyncIterable<Uint8Array>) =>
          images.importFilesystem(wholeTar(told(bytes, { report, totalBytes: sizeBytes })), spec, signal);
        const imageId = await transfers.receive(transferId, take, signal);
        await deps.listImages(engineId, signal);
        return { imageId };
      }).result;
    },

    async commit({ machineId, ...spec }) {
      const images = facetOf(deps.driverOf(machineId), 'images');
      const { name: subject, engineId } = deps.machine(machineId);
      return tasks.run({ kind: 'commitImage', subject, machineId, cancellable: true }, async (_report, signal) => {
        const imageId = await images.commit(machineId, spec, signal);
        await deps.listImages(engineId, signal);
        return { imageId };
      }).result;
    },
  };
}

/** Layers that several of them share stand in an archive once. */
function bytesOfLayers(images: readonly Image[]): number {
  const layers = new Map(images.flatMap((image) => image.layers).map(({ chainId, sizeBytes }) => [chainId, sizeBytes]));
  return [...layers.values()].reduce((sum, sizeBytes) => sum + sizeBytes, 0);
}

function titleOf(image: Image): string {
  return (
    image.names[0] ??
    splitId(image.id)
      .nativeId.replace(/^sha256:/, '')
      .slice(0, 12)
  );
}

function fileName(images: readonly Image[]): string {
  const [first] = images;
  if (first === undefined || images.length > 1) return `images-${images.length}.tar`;
  return `${titleOf(first).replace(/[^A-Za-z0-9._-]+/g, '_')}.tar`;
}
