import type { MachineId } from '../contract/index.ts';

/** 0…1 */
export type CopyProgress = (fraction: number) => void;

export interface CloneRequest {
  name: string;
  /** Its disks lie on the files of a snapshot of the original, which stays as long as they do; else they are copied. */
  linked: boolean;
  onProgress: CopyProgress;
}

/** Virtual machines as copies: clones, and archives that carry them elsewhere. */
export interface CopiesFacet {
  /**
   * A machine of the same making, with disks, name, MAC address and host ports of its own; it is stopped. The disks of one that runs are
   * as they are at the moment of the call. When it fails or is cancelled, nothing of it is left.
   * @throws AppError `nameTaken`, `vmBusy`, `noSpace`
   */
  clone(id: MachineId, request: CloneRequest, signal: AbortSignal): Promise<MachineId>;
  /**
   * One tar with the definition, the disks as compact qcow2, and sums. What it needs on the way lies in the machine's folder, and is
   * gone when the bytes have been read, or are let go.
   * @throws AppError `vmBusy`, `noSpace`
   */
  export(id: MachineId, onProgress: CopyProgress, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /**
   * A machine of an archive, stopped, with a MAC address of its own and nothing of this host in it: no disc, no shared folders, its ports on
   * 127.0.0.1. When it fails or is cancelled, nothing of it is left.
   * @param of.name null: the archive's, with a number where that is taken
   * @throws AppError `vmArchiveInvalid`, `vmArchiveVersion`, `vmArchiveDamaged`, `vmArchiveHostile`, `nameTaken`, `noSpace`
   */
  import(bytes: AsyncIterable<Uint8Array>, of: { name: string | null }, signal: AbortSignal): Promise<MachineId>;
}
