import type { AfterReboot, MachineId, RestartPolicy } from '../contract/index.ts';

/** What happens when a workload ends by itself, or the host does. */
export interface RestartFacet {
  /** Absent where a machine's policy is set for good when it is made. */
  setPolicy?(id: MachineId, policy: RestartPolicy, signal: AbortSignal): Promise<void>;
  afterReboot(signal: AbortSignal): Promise<AfterReboot>;
}
