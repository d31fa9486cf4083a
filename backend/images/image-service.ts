import { type EngineId, type Image, type ImageDetails, type ImageId, type Machine, type MachineId, splitId } from '../contract/index.ts';
import type { Logger } from '../core/index.ts';
import type { Driver } from '../drivers/driver.ts';
import { facetOf } from '../drivers/facets.ts';
import type { Tasks } from '../tasks/index.ts';
import type { Transfers } from '../transfers/index.ts';
import { createImageFiles, type ImageFiles } from './image-files.ts';
import { buildStarter } from './starter.ts';

/** The commands on images. */
export interface ImageService extends ImageFiles {
  /** @throws AppError imageInUse, imageMissing */
  remove(id: ImageId, signal: AbortSignal): Promise<void>;
  /** @throws AppError imageMissing */
  get(id: ImageId, signal: AbortSignal): Promise<ImageDetails>;
  /** @throws AppError imageNameInvalid, imageMissing */
  tag(id: ImageId, name: string, signal: AbortSignal): Promise<void>;
  /** @throws AppError imageLastName, imageMissing */
  untag(id: ImageId, name: string, signal: AbortSignal): Promise<void>;
  /** Returns the one that is there when it is of the same busybox. @throws AppError starterUnavailable */
  buildStarter(request: { engineId: EngineId }): Promise<{ imageId: ImageId }>;
}

export function createImageService(deps: {
  tasks: Tasks;
  transfers: Transfers;
  driver: (id: EngineId) => Driver;
  driverOf: (id: ImageId | MachineId) => Driver;
  image: (id: ImageId) => Image;
  machine: (id: MachineId) => Machine;
  /** Returns when the images of that engine are known to all: who got an id from here can use it at once. */
  listImages: (id: EngineId, signal: AbortSignal) => Promise<void>;
  logger: Logger;
}): ImageService {
  const { tasks, logger } = deps;
  const imagesOf = (id: ImageId) => facetOf(deps.driverOf(id), 'images');
  return {
    ...createImageFiles(deps),

    async remove(id, signal) {
      await imagesOf(id).remove(id, signal);
    },

    get: (id, signal) => imagesOf(id).get(id, signal),

    async tag(id, name, signal) {
      await imagesOf(id).tag(id, name, signal);
      await deps.listImages(splitId(id).engineId, signal);
    },

    async untag(id, name, signal) {
      await imagesOf(id).untag(id, name, signal);
      await deps.listImages(splitId(id).engineId, signal);
    },

    async buildStarter({ engineId }) {
      const driver = deps.driver(engineId);
      const images = facetOf(driver, 'images');
      return tasks.run({ kind: 'buildStarter', subject: driver.engine().name, cancellable: true }, async (_report, signal) => {
        const imageId = await buildStarter({ images, host: driver.host, logger }, signal);
        await deps.listImages(engineId, signal);
        return { imageId };
      }).result;
    },
  };
}
