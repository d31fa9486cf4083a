import type { Volume, VolumeId } from '../contract/index.ts';
import type { FileTree } from './files.ts';

export interface VolumeSpec {
  name: string;
  driver: string;
  options: Record<string, string>;
  labels: Record<string, string>;
}

export interface VolumesFacet {
  list(signal: AbortSignal): Promise<Volume[]>;
  /** @throws AppError nameTaken */
  create(spec: VolumeSpec, signal: AbortSignal): Promise<VolumeId>;
  /** @throws AppError volumeInUse, volumeMissing */
  remove(id: VolumeId, signal: AbortSignal): Promise<void>;
  /** The engine walks all files for it: seconds, for large ones. Null where it does not know. */
  sizes(signal: AbortSignal): Promise<Map<VolumeId, number | null>>;
  /** @throws AppError volumeMissing, filesUnreachable */
  open(id: VolumeId, signal: AbortSignal): Promise<FileTree>;
}
