import type { HealthReport, MachineEvent, MachineId } from '../contract/index.ts';

export interface EventsFacet {
  /** First what is known of the machine so far, oldest first, be it nothing; then what happens, until the signal aborts. */
  watch(id: MachineId, signal: AbortSignal): AsyncIterable<MachineEvent[]>;
}

export interface HealthFacet {
  /** Null for a machine without a health check. */
  read(id: MachineId, signal: AbortSignal): Promise<HealthReport | null>;
}
