import type { BinnedVm, MachineId } from '../contract/index.ts';

/** Machines that were removed: they keep their disks until they are deleted for good. */
export interface BinFacet {
  /** The last removed first. */
  list(signal: AbortSignal): Promise<BinnedVm[]>;
  /** Under its name, with a number where that is taken. @throws AppError `machineMissing` */
  restore(id: BinnedVm['id'], signal: AbortSignal): Promise<MachineId>;
  /** For good. @throws AppError `machineMissing` */
  remove(id: BinnedVm['id'], signal: AbortSignal): Promise<void>;
}
