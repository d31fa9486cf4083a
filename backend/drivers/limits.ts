import type { LimitsChange, LimitsReport, MachineId } from '../contract/index.ts';

/** Limits of machines that exist, running or not. */
export interface LimitsFacet {
  get(id: MachineId, signal: AbortSignal): Promise<LimitsReport>;
  /** All or nothing, in force when it returns. @throws AppError limitTooLow, limitTooHigh, limitNotRemovable, limitBelowUse, limitIgnored */
  set(id: MachineId, change: LimitsChange, signal: AbortSignal): Promise<void>;
}
