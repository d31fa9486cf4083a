import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  cloudInit,
  imageId,
  LEAST_VM_MEMORY_BYTES,
  portForward,
  problem,
  snapshotId,
  startWay,
  twinId,
  type VmDisk,
  type VmMake,
  vmAutostart,
  vmDisk,
  vmHardware,
  vmMake,
} from '../../contract/index.ts';
import { AppError, messageOf } from '../../core/index.ts';
import type { ImageProcess } from '../driver.ts';

const imageProcess = z.object({
  entrypoint: z.array(z.string()),
  command: z.array(z.string()),
  env: z.array(z.string()),
  workingDir: z.string(),
  user: z.string(),
  exposedPorts: z.array(z.object({ protocol: z.enum(['tcp', 'udp']), port: z.int().min(1).max(65535) })),
  stopSignal: z.string().nullable(),
  volumes: z.array(z.string()).default([]),
}) satisfies z.ZodType<ImageProcess>;

/** An image's process under Catamaran's own kernel and init. */
const workload = z.object({
  type: z.literal('workload'),
  image: z.object({ id: imageId, name: z.string() }),
  process: imageProcess,
  /** Highest number of tasks in the guest; null: no limit. */
  processes: z.int().positive().nullable(),
  /** How it is to start where it can; null: as the settings say. */
  startWay: startWay.nullable().default(null),
});
export type Workload = z.infer<typeof workload>;

/** An operating system of its own. */
const system = z.object({
  type: z.literal('system'),
  /** What it was made of, for people: an image's name, a file's. */
  source: z.string().nullable(),
  hardware: vmHardware,
  /** What it is told at its first start; absent: nothing. */
  cloudInit: cloudInit.optional(),
  /** What QEMU's `vmgenid` tells it; absent: the machine has no such device. See `ofNewGeneration`. */
  generationId: z.uuid().optional(),
});
export type System = z.infer<typeof system>;

/** The memory of a machine that was running, in a file of its folder. */
export const savedMemory = z.object({
  file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,100}$/),
  savedAtMs: z.number(),
  /** Whether QEMU called it `mem`, as it does in clones of templates; it can be loaded under the same name only. */
  isNamed: z.boolean(),
  /** What the machine that loads it must have in common with this one (snapshots/saved.ts). */
  fits: z.record(z.string(), z.string()),
  /** What its guest had said of itself until then. */
  run: z.object({ startedAtMs: z.number().nullable(), kernelRelease: z.string().nullable(), hasShell: z.boolean().nullable() }),
});
export type SavedMemory = z.infer<typeof savedMemory>;

/** `vm.json`: a virtual machine as it is defined. People may read it, and edit it while the machine is stopped. */
export const definition = z.object({
  version: z.literal(2),
  name: z.string().min(1).max(63),
  createdAtMs: z.number(),
  twinId: twinId.nullable(),
  /** Started when Catamaran starts. */
  autostart: z.boolean(),
  /** Those with a lower number first (0 unless said), each so long after the one before it. */
  startOrder: vmAutostart.shape.order.optional(),
  startDelaySeconds: vmAutostart.shape.delaySeconds.optional(),
  /** Whole virtual processors: a guest cannot be given a part of one. */
  cpus: z.int().min(1).max(64),
  memoryBytes: z.int().min(LEAST_VM_MEMORY_BYTES),
  ports: z.array(portForward),
  /** The first is the one with the root filesystem. */
  disks: z.array(vmDisk),
  /** The snapshot that its disks lie on; null: none. */
  snapshotId: snapshotId.nullable().default(null),
  /** What the next start goes on from; null: it boots. */
  saved: savedMemory.nullable().default(null),
  guest: z.discriminatedUnion('type', [workload, system]),
  /** Whether all that it is made of is there: false until its disks are. */
  finished: z.boolean(),
  /** Why its disks could not be made. */
  problem: problem.nullable(),
});
export type Definition = z.infer<typeof definition>;

/**
 * Another one tells a guest that it is not where it was when it ran last: what it drew from its random numbers since may be drawn again.
 * So it is another after a revert and in a copy, and the same over reboots, suspension and new hardware, as the specification wants it: to
 * a directory server a new one is a disaster that it recovers from.
 * https://www.qemu.org/docs/master/specs/vmgenid.html
 */
export function ofNewGeneration(guest: Definition['guest']): Definition['guest'] {
  return guest.type === 'system' && guest.generationId !== undefined ? { ...guest, generationId: randomUUID() } : guest;
}

/** QEMU has the device where there is ACPI for a PC. */
export function withGeneration(guest: System): System {
  return guest.hardware.machine === 'q35' ? { generationId: randomUUID(), ...guest } : guest;
}

export function makeOf({ cpus, memoryBytes, guest }: Definition): VmMake {
  return { cpus, memoryBytes, hardware: guest.type === 'system' ? guest.hardware : null };
}

/** The same machine, made otherwise. */
export function remade(value: Definition, { cpus, memoryBytes, hardware }: VmMake): Definition {
  const guest = value.guest.type === 'system' && hardware !== null ? { ...value.guest, hardware } : value.guest;
  return { ...value, cpus, memoryBytes, guest };
}

export const ROOT_DISK = 'root';

/** Disks that are added to a machine later are `data1`, `data2`…: as many as there are ports for them. */
export const MOST_DATA_DISKS = 6;

export function dataDiskNumber(id: string): number | null {
  const number = Number(/^data(\d)$/.exec(id)?.[1]);
  return number >= 1 && number <= MOST_DATA_DISKS ? number : null;
}

/** A disk of its own format's usual name, on the bus that is there in every machine. */
export function diskOf(id: string, sizeBytes: number): VmDisk {
  return { id, file: id === ROOT_DISK ? 'disk.qcow2' : `${id}.qcow2`, format: 'qcow2', bus: 'virtio', sizeBytes, writable: true };
}

/** Version 1 knew workloads only, with one disk each. */
const versionOne = z
  .object({
    version: z.literal(1),
    name: z.string(),
    createdAtMs: z.number(),
    image: workload.shape.image,
    twinId: z.string().nullable(),
    cpus: z.number(),
    memoryBytes: z.number(),
    processes: workload.shape.processes,
    ports: z.array(z.unknown()),
    process: imageProcess,
    diskBytes: z.int().positive().nullable(),
    hasDisk: z.boolean(),
    problem: z.unknown(),
  })
  .transform(({ image, process, processes, diskBytes, hasDisk, ...rest }) => ({
    ...rest,
    version: 2,
    autostart: false,
    disks: hasDisk && diskBytes !== null ? [diskOf(ROOT_DISK, diskBytes)] : [],
    guest: { type: 'workload', image, process, processes },
    finished: hasDisk && diskBytes !== null,
  }));

/** @throws AppError `definitionInvalid`, naming what is wrong */
export function parseDefinition(path: string, text: string): Definition {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new AppError('definitionInvalid', { path, message: messageOf(error) }, { cause: error });
  }
  const old = versionOne.safeParse(json);
  const result = definition.safeParse(old.success ? old.data : json);
  if (result.success) return result.data;
  const message = result.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`).join('; ');
  throw new AppError('definitionInvalid', { path, message });
}

export function formatDefinition(value: Definition): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

export function formatMake(make: VmMake): string {
  return `${JSON.stringify(make)}\n`;
}

/** Null when it is not there, as for a machine that another version of the app started. */
export function parseMake(text: string): VmMake | null {
  try {
    return vmMake.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
