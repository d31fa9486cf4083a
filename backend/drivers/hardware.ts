import type { MachineId, VmAutostart, VmChange, VmField, VmHardwareReport } from '../contract/index.ts';

/** What virtual machines are made of, and what of it can be changed under a running guest. */
export interface HardwareFacet {
  get(id: MachineId, signal: AbortSignal): Promise<VmHardwareReport>;
  /**
   * All of the change or nothing. What a running machine can take counts at once, the rest from the next start on.
   * @throws AppError `invalidInput`, `vmBusy`, `discLocked`, `discUnreadable`, `engineRefused`
   */
  change(id: MachineId, change: VmChange, signal: AbortSignal): Promise<void>;
  /** Takes back what would count from the next start on. */
  undo(id: MachineId, fields: readonly VmField[], signal: AbortSignal): Promise<void>;
  /** Takes the disc out although the guest holds it. */
  forceEject(id: MachineId, signal: AbortSignal): Promise<void>;
  /** Memory that a running guest is left with, until its next start; it gives pages back as fast as it can. */
  setBalloon(id: MachineId, memoryBytes: number, signal: AbortSignal): Promise<void>;
  /** @throws AppError `nameTaken` */
  rename(id: MachineId, name: string, signal: AbortSignal): Promise<void>;
  autostart(id: MachineId): VmAutostart;
  setAutostart(id: MachineId, autostart: VmAutostart, signal: AbortSignal): Promise<void>;
}
