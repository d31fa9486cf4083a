import { z } from 'zod';

/** How a computer is reached: `local`, or `ssh-<name>`. */
export const hostId = z.string().min(1).max(200).brand<'HostId'>();
export type HostId = z.infer<typeof hostId>;

/** One engine on one host, stable over restarts: `docker-default`, `podman-rootful`, `qemu-local`. Never contains `/`. */
export const engineId = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,120}$/)
  .brand<'EngineId'>();
export type EngineId = z.infer<typeof engineId>;

/** `<engineId>/<the engine's own id>`. */
export const machineId = z
  .string()
  .regex(/^[A-Za-z0-9._-]+\/[A-Za-z0-9._:-]+$/)
  .brand<'MachineId'>();
export type MachineId = z.infer<typeof machineId>;

/** `<engineId>/<the engine's own id>` (`sha256:…`). */
export const imageId = z
  .string()
  .regex(/^[A-Za-z0-9._-]+\/[A-Za-z0-9._:-]+$/)
  .brand<'ImageId'>();
export type ImageId = z.infer<typeof imageId>;

/** `<engineId>/<name>`: a volume is known by its name. */
export const volumeId = z
  .string()
  .regex(/^[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+$/)
  .brand<'VolumeId'>();
export type VolumeId = z.infer<typeof volumeId>;

/** `<engineId>/<the engine's own id>` */
export const networkId = z
  .string()
  .regex(/^[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+$/)
  .brand<'NetworkId'>();
export type NetworkId = z.infer<typeof networkId>;

/** `<engineId>/<the engine's own id>` */
export const podId = z
  .string()
  .regex(/^[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+$/)
  .brand<'PodId'>();
export type PodId = z.infer<typeof podId>;

export const taskId = z.string().min(1).max(100).brand<'TaskId'>();
export type TaskId = z.infer<typeof taskId>;

export const terminalId = z.string().min(1).max(100).brand<'TerminalId'>();
export type TerminalId = z.infer<typeof terminalId>;

/** Joins the container and the virtual machine that were started from one image by one press of "Run both". */
export const twinId = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/)
  .brand<'TwinId'>();
export type TwinId = z.infer<typeof twinId>;

export function toMachineId(engine: EngineId, nativeId: string): MachineId {
  return machineId.parse(`${engine}/${nativeId}`);
}

export function toImageId(engine: EngineId, nativeId: string): ImageId {
  return imageId.parse(`${engine}/${nativeId}`);
}

export function toVolumeId(engine: EngineId, name: string): VolumeId {
  return volumeId.parse(`${engine}/${name}`);
}

export function toNetworkId(engine: EngineId, nativeId: string): NetworkId {
  return networkId.parse(`${engine}/${nativeId}`);
}

export function toPodId(engine: EngineId, nativeId: string): PodId {
  return podId.parse(`${engine}/${nativeId}`);
}

/** Takes the id of what an engine has apart. */
export function splitId(id: MachineId | ImageId | VolumeId | NetworkId | PodId): { engineId: EngineId; nativeId: string } {
  const slash = id.indexOf('/');
  return { engineId: engineId.parse(id.slice(0, slash)), nativeId: id.slice(slash + 1) };
}
