import { z } from 'zod';
import { engineId, networkId } from './ids.ts';

/** A network of a container engine. Who is on it stands at the machines (`machine.networks`). */
export const network = z.object({
  id: networkId,
  engineId,
  name: z.string(),
  driver: z.string(),
  /** No way out of it, and none into it but from its own containers. */
  internal: z.boolean(),
  ipv6: z.boolean(),
  subnets: z.array(z.object({ subnet: z.string(), gateway: z.string().nullable() })),
  createdAtMs: z.number().nullable(),
  labels: z.record(z.string(), z.string()),
  /** The engine's own (`bridge`, `host`, `none`, `podman`): cannot be removed. */
  builtIn: z.boolean(),
});
export type Network = z.infer<typeof network>;
