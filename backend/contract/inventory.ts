import { z } from 'zod';
import { engine, host } from './engine.ts';
import { engineId, hostId, imageId, machineId, networkId, podId, volumeId } from './ids.ts';
import { image } from './image.ts';
import { machine } from './machine.ts';
import { network } from './network.ts';
import { pod } from './pod.ts';
import { volume } from './volume.ts';

const contents = {
  hosts: z.array(host),
  engines: z.array(engine),
  machines: z.array(machine),
  images: z.array(image),
  volumes: z.array(volume),
  networks: z.array(network),
  pods: z.array(pod),
};

/**
 * The `inventory.watch` stream: a snapshot first, then changes with consecutive revisions.
 * Policy for a slow reader is `resync`: it gets a new snapshot instead of the changes it missed.
 */
export const inventoryEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), revision: z.int(), ...contents }),
  z.object({
    type: z.literal('change'),
    revision: z.int(),
    ...contents,
    removed: z.object({
      hosts: z.array(hostId),
      engines: z.array(engineId),
      machines: z.array(machineId),
      images: z.array(imageId),
      volumes: z.array(volumeId),
      networks: z.array(networkId),
      pods: z.array(podId),
    }),
  }),
]);
export type InventoryEvent = z.infer<typeof inventoryEvent>;
export type InventorySnapshot = Extract<InventoryEvent, { type: 'snapshot' }>;
export type InventoryChange = Extract<InventoryEvent, { type: 'change' }>;
