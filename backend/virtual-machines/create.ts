import { randomBytes } from 'node:crypto';
import {
  type CloudInit,
  type CreateVmRequest,
  type GuestImageId,
  type MachineId,
  type NewVmDisk,
  type VmDisk,
  type VmHardware,
  vmDisk,
} from '../contract/index.ts';
import { AppError, type Logger, messageOf } from '../core/index.ts';
import type { Driver, SystemSpec, VirtualMachinesFacet } from '../drivers/driver.ts';
import { facetOf } from '../drivers/facets.ts';
import type { GuestImages } from '../guest-images/index.ts';
import type { Inventory } from '../inventory/index.ts';
import type { MachineService } from '../machines/index.ts';
import type { TaskProgress, Tasks } from '../tasks/index.ts';
import { checkRequest, withoutPlainPasswords } from './check-request.ts';

/** Locally administered, as QEMU's own addresses are: 52:54:00 and three random bytes. */
const MAC_START = '52:54:00';
const CLEAN_UP_MS = 30_000;

type Images = Pick<GuestImages, 'download' | 'import' | 'get' | 'at' | 'diskFrom'>;

export interface CreatorOptions {
  inventory: Pick<Inventory, 'driver'>;
  machines: Pick<MachineService, 'act'>;
  tasks: Tasks;
  guestImages: Images;
  logger: Logger;
}

interface Making {
  driver: Driver;
  id: MachineId;
  request: CreateVmRequest;
  report: (progress: TaskProgress) => void;
}

/** Makes machines with an operating system of their own. */
export function createCreator(options: CreatorOptions) {
  const { inventory, tasks, guestImages, machines, logger } = options;

  async function make({ driver, id, request, report }: Making, signal: AbortSignal): Promise<void> {
    const vms = facetOf(driver, 'virtualMachines');
    for (const [index, wanted] of request.disks.entries()) {
      const onProgress = (ofDisk: number) => {
        const progress = (index + ofDisk) / request.disks.length;
        vms.setProgress(id, progress);
        report({ progress });
      };
      onProgress(0);
      const imageId = await imageOf(wanted, signal);
      if (imageId === null) await vms.addBlankDisk(id, diskOf(index, wanted), signal);
      else {
        const { virtualBytes } = guestImages.get(imageId);
        const disk = diskOf(index, { ...wanted, sizeBytes: Math.max(wanted.sizeBytes, virtualBytes ?? 0) });
        const from = { imageId, sizeBytes: disk.sizeBytes, copy: false };
        await vms.addDisk(id, disk, (path) => guestImages.diskFrom({ ...from, path }, onProgress, signal), signal);
      }
    }
    await vms.finish(id, signal);
  }

  /** Of the library; null for nothing. What is not there yet comes by a task of its own, which goes on when this one is cancelled. */
  async function imageOf({ source }: NewVmDisk, signal: AbortSignal): Promise<GuestImageId | null> {
    if (source.type === 'blank') return null;
    if (source.type === 'image') return source.imageId;
    const coming =
      source.type === 'catalogue'
        ? guestImages.download(source.entryId)
        : guestImages.import({ path: source.path, name: source.path.split('/').at(-1) ?? source.path });
    return (await orAbort(coming, signal)).id;
  }

  return {
    /** @throws AppError `nameTaken`, `invalidInput`, `hardwareImpossible`, `cloudInitInvalid`, and what making and starting throw */
    async create(request: CreateVmRequest): Promise<{ machineId: MachineId }> {
      const driver = inventory.driver(request.engineId);
      const vms = facetOf(driver, 'virtualMachines');
      checkRequest(request);
      const { result } = tasks.run({ kind: 'createVm', subject: request.name, cancellable: true }, async (report, signal) => {
        await checkAbilities(vms, request.hardware, signal);
        const id = await vms.create(specOf(request), signal);
        report({ machineId: id });
        try {
          await make({ driver, id, request, report }, signal);
        } catch (error) {
          // Nothing half-made is left. The call may be over; removing has a time of its own.
          await driver.act(id, 'remove', { force: true }, AbortSignal.timeout(CLEAN_UP_MS)).catch((failure: unknown) => {
            logger.warn('a machine that could not be made is still there', { id, error: messageOf(failure) });
          });
          throw error;
        }
        if (request.start) {
          const [started] = await machines.act([id], 'start', { force: false });
          // It is there, and its row says this too.
          if (started != null && started.problem !== null) throw new AppError(started.problem.reason, started.problem.params);
        }
        return { machineId: id };
      });
      return await result;
    },
  };

  function specOf(request: CreateVmRequest): SystemSpec {
    const { name, cpus, memoryBytes, ports, autostart, hardware, cloudInit } = request;
    const macAddress = hardware.macAddress ?? newMacAddress();
    return {
      name,
      cpus,
      memoryBytes,
      ports,
      autostart,
      source: sourceName(request),
      hardware: { ...hardware, macAddress },
      ...(cloudInit === null ? {} : { cloudInit: withoutPlainPasswords(cloudInit) satisfies CloudInit }),
    };
  }

  function sourceName({ disks, hardware }: CreateVmRequest): string | null {
    const source = disks[0]?.source;
    if (source?.type === 'image') return guestImages.get(source.imageId).name;
    if (source?.type === 'catalogue') return source.entryId;
    const path = source?.type === 'file' ? source.path : hardware.cdrom?.path;
    if (path == null) return null;
    return guestImages.at(path)?.name ?? path.split('/').at(-1) ?? null;
  }
}

/** What a start would not say: an emulated microvm runs, and stands still. @throws AppError `microvmEmulated`, `acceleratorUnknown` */
async function checkAbilities(vms: Pick<VirtualMachinesFacet, 'abilities'>, { machine }: VmHardware, signal: AbortSignal): Promise<void> {
  const problem = machine === 'microvm' ? (await vms.abilities(signal)).microvm : null;
  if (problem !== null) throw new AppError(problem.reason, problem.params);
}

export type VmCreator = ReturnType<typeof createCreator>;

/** Two machines on one bridge must not share QEMU's default. */
function newMacAddress(): string {
  return [MAC_START, ...[...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
}

function diskOf(index: number, { bus, sizeBytes }: NewVmDisk): VmDisk {
  const id = index === 0 ? 'root' : `disk${index}`;
  return vmDisk.parse({ id, file: index === 0 ? 'disk.qcow2' : `${id}.qcow2`, format: 'qcow2', bus, sizeBytes, writable: true });
}

async function orAbort<T>(coming: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(new AppError('cancelled'));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([coming, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
