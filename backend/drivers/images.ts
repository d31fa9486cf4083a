import type { ImageDetails, ImageId, MachineId } from '../contract/index.ts';

/** What is written over an image's configuration when one is made: a Dockerfile's instructions, `CMD ["/bin/sh"]`. */
export type ImageChanges = string[];

export interface CommitSpec {
  /** Empty leaves it nameless. */
  name: string;
  comment: string;
  author: string;
  /** Freezes the machine while it is read. */
  pause: boolean;
  changes: ImageChanges;
}

export interface ImportSpec {
  name: string;
  message: string;
  changes: ImageChanges;
}

/** What can be done with the images that an engine has. */
export interface ImageEditing {
  /** @throws AppError imageMissing */
  get(id: ImageId, signal: AbortSignal): Promise<ImageDetails>;
  /** @throws AppError imageNameInvalid, imageMissing */
  tag(id: ImageId, name: string, signal: AbortSignal): Promise<void>;
  /** Takes one of several names away. @throws AppError imageLastName, imageMissing */
  untag(id: ImageId, name: string, signal: AbortSignal): Promise<void>;
  /** One archive of them all, with their names, as the engine's own `save` writes it. @throws AppError imageMissing */
  save(ids: readonly ImageId[], signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Loads an OCI or docker-save archive; returns the ids of all its images. @throws AppError archiveUnusable, engineNoSpace */
  loadAll(archive: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<ImageId[]>;
  /** Makes an image of a tar with a root filesystem. @throws AppError imageNameInvalid, archiveUnusable, engineNoSpace */
  importFilesystem(tar: AsyncIterable<Uint8Array>, spec: ImportSpec, signal: AbortSignal): Promise<ImageId>;
  /** Makes an image of what a container has written. @throws AppError imageNameInvalid, machineMissing */
  commit(id: MachineId, spec: CommitSpec, signal: AbortSignal): Promise<ImageId>;
}
