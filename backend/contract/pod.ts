import { z } from 'zod';
import { engineId, machineId, podId } from './ids.ts';

/** A pod of Podman: containers that share namespaces, held by one of them (`infraId`). */
export const pod = z.object({
  id: podId,
  engineId,
  name: z.string(),
  state: z.enum(['created', 'running', 'paused', 'stopped', 'degraded']),
  createdAtMs: z.number().nullable(),
  labels: z.record(z.string(), z.string()),
  infraId: machineId.nullable(),
  /** Its containers without the one that holds it. */
  machineIds: z.array(machineId),
});
export type Pod = z.infer<typeof pod>;
