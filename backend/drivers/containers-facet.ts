import type { ContainerSpec, ImageId, MachineId, TwinId } from '../contract/index.ts';
import type { RunSpec } from './driver.ts';

export interface CreateRequest {
  spec: ContainerSpec;
  name: string;
  /** What the spec's image name stands for. */
  image: { id: ImageId; name: string };
  twinId: TwinId | null;
}

export interface DescribeOptions {
  /** `keep` names them, so that another container takes the same ones; `new` leaves them for the engine to make. */
  anonymousVolumes: 'keep' | 'new';
}

export interface ContainersFacet {
  /** Created, not started. */
  create(spec: RunSpec, signal: AbortSignal): Promise<MachineId>;
  /**
   * Created and on all of its networks, not started; nothing of it is left when it fails or is cancelled.
   * @throws AppError nameTaken, imageMissing, sourceMissing, engineRefused
   */
  createFrom(request: CreateRequest, signal: AbortSignal): Promise<MachineId>;
  /**
   * What would make this container again: what it says besides its image and its engine. The image's name is as it was given.
   * @throws AppError machineMissing, imageMissing
   */
  describe(id: MachineId, options: DescribeOptions, signal: AbortSignal): Promise<{ spec: ContainerSpec; imageId: ImageId }>;
  /** @throws AppError nameTaken, machineMissing */
  rename(id: MachineId, name: string, signal: AbortSignal): Promise<void>;
  /** Removes it, running or not, and keeps its anonymous volumes. */
  discard(id: MachineId, signal: AbortSignal): Promise<void>;
}
