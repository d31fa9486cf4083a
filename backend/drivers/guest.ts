import type { GuestExecRequest, GuestExecResult, GuestReport, GuestTrimResult, MachineId } from '../contract/index.ts';

/**
 * The inside of a machine that has a kernel of its own, as an agent in it tells. What comes from there is the guest's own word.
 * Methods that need an agent throw AppErrors: machineWrongState, guestAgentSilent, guestCommandMissing, guestRefused.
 */
export interface GuestFacet {
  /** Whether an agent answers, and all that it tells; without one it says that. */
  report(id: MachineId, signal: AbortSignal): Promise<GuestReport>;
  /** To its end; when the signal aborts, the program is killed. */
  exec(request: GuestExecRequest, signal: AbortSignal): Promise<GuestExecResult>;
  /** Gives blocks that hold nothing any more back to the disk. */
  trim(id: MachineId, signal: AbortSignal): Promise<GuestTrimResult>;
  setPassword(of: { id: MachineId; user: string; password: string }, signal: AbortSignal): Promise<void>;
  addSshKey(of: { id: MachineId; user: string; key: string }, signal: AbortSignal): Promise<void>;
  /** Restarts the system from inside. */
  reboot(id: MachineId, signal: AbortSignal): Promise<void>;
}
