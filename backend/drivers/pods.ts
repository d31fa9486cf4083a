import type { ImageId, MachineId, Pod, PodAction, PodId, PortForward } from '../contract/index.ts';

export interface PodsFacet {
  list(signal: AbortSignal): Promise<Pod[]>;
  /** Not started. @throws AppError nameTaken, podHolderMissing */
  create(spec: { name: string; ports: PortForward[] }, signal: AbortSignal): Promise<PodId>;
  /** Created, not started. @throws AppError podMissing, nameTaken, imageMissing */
  addContainer(
    id: PodId,
    spec: { imageId: ImageId; imageName: string; name: string | null; command: string[] | null },
    signal: AbortSignal,
  ): Promise<MachineId>;
  /** On all of its containers; `remove` ends them first. @throws AppError podMissing, portTaken */
  act(id: PodId, action: PodAction, signal: AbortSignal): Promise<void>;
  /** With its containers, running or not. @throws AppError podMissing */
  remove(id: PodId, signal: AbortSignal): Promise<void>;
}
