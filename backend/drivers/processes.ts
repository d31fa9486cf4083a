import type { MachineId, MachineProcesses, SignalRequest } from '../contract/index.ts';

export interface ProcessesFacet {
  /** @throws AppError machineNotRunning, processHidden when they are not the host's */
  list(id: MachineId, signal: AbortSignal): Promise<MachineProcesses>;
  /** Only to that very process of that machine. @throws AppError processGone, processDenied, and what `list` throws */
  signal(request: SignalRequest, signal: AbortSignal): Promise<void>;
}
