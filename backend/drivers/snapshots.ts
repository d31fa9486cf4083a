import type { MachineId, SnapshotDeletion, SnapshotId, SnapshotSchedule, SnapshotTree } from '../contract/index.ts';
import type { OnBytes } from './byte-progress.ts';

export interface TakeSnapshot {
  name: string;
  description: string;
  /** Of a machine that runs; one that is suspended keeps its memory in any case. */
  withMemory: boolean;
  /** By the schedule. */
  automatic: boolean;
}

/** 0…1 */
type OnProgress = (fraction: number) => void;

/** A tree of moments for each machine. All but `list` fail with `vmBusy` while its disks are worked on. */
export interface SnapshotsFacet {
  list(id: MachineId, signal: AbortSignal): Promise<Omit<SnapshotTree, 'nextAtMs'>>;
  /** @throws AppError `memoryNotSaved`, `memoryNoSpace`; nothing is left then, nor after an abort */
  take(id: MachineId, request: TakeSnapshot, onProgress: OnBytes, signal: AbortSignal): Promise<SnapshotId>;
  rename(id: MachineId, snapshot: { id: SnapshotId; name: string; description: string }, signal: AbortSignal): Promise<void>;
  /** What the machine has now is lost; it is ended when it runs. With memory it is suspended then, else stopped. */
  revert(id: MachineId, snapshot: SnapshotId, signal: AbortSignal): Promise<void>;
  deletionOf(id: MachineId, snapshot: SnapshotId, signal: AbortSignal): Promise<SnapshotDeletion>;
  /** Its children become its parent's; what they need of it is copied into their files. Aborted, it stays. */
  delete(id: MachineId, snapshot: SnapshotId, onProgress: OnProgress, signal: AbortSignal): Promise<void>;
  setSchedule(id: MachineId, schedule: SnapshotSchedule | null, signal: AbortSignal): Promise<void>;
  /** Of all machines that have one. `atMs`: when it took the last snapshot, or was set. */
  schedules(): readonly { id: MachineId; schedule: SnapshotSchedule; atMs: number }[];
  /** The schedule had its turn. */
  noteScheduled(id: MachineId, atMs: number, signal: AbortSignal): Promise<void>;
  /** Whether a snapshot now would hold what its parent does not. */
  hasChanged(id: MachineId, signal: AbortSignal): Promise<boolean>;
}
