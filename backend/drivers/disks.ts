import type {
  AddDiskRequest,
  CheckReport,
  CompactReport,
  DiskChange,
  DiskFormat,
  ExportFormat,
  GrowReport,
  MachineDisks,
  MachineId,
  RepairReport,
} from '../contract/index.ts';

/** 0…1 */
export type OnDiskProgress = (fraction: number) => void;

export interface DiskPlace {
  machineId: MachineId;
  diskId: string;
}

/** What a machine gets one disk more of. */
export type DiskOrigin =
  | Exclude<AddDiskRequest['from'], { type: 'file' | 'page' }>
  /** A copy of an image of the host, as the format that it was judged to have: QEMU must not guess it. */
  | { type: 'image'; path: string; format: string };

/** A file that was made for somebody who takes it away; disposing removes it. */
export interface ExportedDisk extends AsyncDisposable {
  name: string;
  sizeBytes: number;
  read(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

/**
 * The disks of virtual machines. One thing at a time is done to a machine's disks; each is done whole or not at all, also when
 * it is cancelled. Every method throws AppErrors: `vmBusy`, what is in the disk's `refusals`, and what is wrong with its file
 * (`diskDamaged`, `diskInUse`, `diskBaseMissing`, `noSpace`, `fileDenied`).
 */
export interface DisksFacet {
  list(id: MachineId, signal: AbortSignal): Promise<MachineDisks>;
  /** @throws AppError `diskShrink` */
  grow(of: DiskPlace & { sizeBytes: number }, signal: AbortSignal): Promise<GrowReport>;
  /** Gives the host back what the guest does not use. */
  compact(of: DiskPlace & { onProgress: OnDiskProgress }, signal: AbortSignal): Promise<CompactReport>;
  check(of: DiskPlace, signal: AbortSignal): Promise<CheckReport>;
  /** The file as it was stays until `settleRepair`. */
  repair(of: DiskPlace, signal: AbortSignal): Promise<RepairReport>;
  settleRepair(of: DiskPlace & { keep: 'repaired' | 'unrepaired' }, signal: AbortSignal): Promise<void>;
  convert(of: DiskPlace & { format: DiskFormat; onProgress: OnDiskProgress }, signal: AbortSignal): Promise<void>;
  /** Takes in what it is built upon. */
  flatten(of: DiskPlace & { onProgress: OnDiskProgress }, signal: AbortSignal): Promise<CompactReport>;
  export(
    of: DiskPlace & { format: ExportFormat; compressed: boolean; onProgress: OnDiskProgress },
    signal: AbortSignal,
  ): Promise<ExportedDisk>;
  add(of: { machineId: MachineId; from: DiskOrigin; onProgress: OnDiskProgress }, signal: AbortSignal): Promise<DiskChange>;
  /** Its file stays in the machine's folder. */
  detach(of: DiskPlace, signal: AbortSignal): Promise<DiskChange>;
  /** Of a detached disk. */
  deleteFile(of: { machineId: MachineId; file: string }, signal: AbortSignal): Promise<void>;
}
