import { z } from 'zod';
import { engineId, machineId, networkId } from './ids.ts';

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

export const networkName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/);

/** A bridge of its own. Without a subnet the engine chooses one that is free. */
export const createNetworkRequest = z.object({
  engineId,
  name: networkName,
  internal: z.boolean(),
  ipv6: z.boolean(),
  subnets: z.array(z.object({ subnet: z.string().max(60), gateway: z.string().max(60).nullable() })).max(4),
  labels: z.record(z.string().min(1).max(200), z.string().max(4000)),
});
export type CreateNetworkRequest = z.infer<typeof createNetworkRequest>;

/** Names under which the others on the network find it, and an address of its own choice. */
export const connectRequest = z.object({
  id: networkId,
  machineId,
  aliases: z.array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/)).max(20),
  address: z.string().max(60).nullable(),
});
export type ConnectRequest = z.infer<typeof connectRequest>;
