import type { GuestHull, MachineId } from '../contract/index.ts';

/** The process of the driver's host that a running machine is; the kernel is asked about it, the driver only tells which it is. */
export type IsolationSubject =
  | { kind: 'container'; pid: number }
  /** `guest`: what only the hypervisor itself can tell. */
  | { kind: 'vm'; pid: number; guest: Pick<GuestHull, 'vcpus' | 'memory' | 'guestKernel'> };

export interface IsolationFacet {
  /** @throws AppError `machineNotRunning`, `processHidden` when its processes are not the host's */
  subject(id: MachineId, signal: AbortSignal): Promise<IsolationSubject>;
}
