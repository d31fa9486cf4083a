import { z } from 'zod';
import { engineId, imageId, machineId, podId } from './ids.ts';
import { portForward } from './machine.ts';

export const podAction = z.enum(['start', 'stop', 'restart', 'pause', 'resume', 'kill', 'remove']);
export type PodAction = z.infer<typeof podAction>;

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
  /** What its state allows now; the UI draws its buttons from this. */
  actions: z.array(podAction),
});
export type Pod = z.infer<typeof pod>;

const machineName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/);

/** Its ports are published for all of its containers: they share one network. */
export const podRequest = z.object({ engineId, name: machineName, ports: z.array(portForward) });
export type PodRequest = z.infer<typeof podRequest>;

/** One more container in a pod, made of an image as the image says, and started. */
export const podMemberRequest = z.object({
  podId,
  imageId,
  name: machineName.optional(),
  /** Replaces the image's command. */
  command: z.array(z.string()).min(1).optional(),
});
export type PodMemberRequest = z.infer<typeof podMemberRequest>;
