import {
  type AddDiskRequest,
  type CheckReport,
  type CompactReport,
  type DiskChange,
  type DiskFormat,
  type ExportFormat,
  type GrowReport,
  type MachineDisks,
  type MachineId,
  type RepairReport,
  splitId,
  type TaskKind,
  type TransferId,
} from '../contract/index.ts';
import type { DiskOrigin, DiskPlace, OnDiskProgress } from '../drivers/disks.ts';
import { facetOf } from '../drivers/facets.ts';
import type { GuestImages } from '../guest-images/index.ts';
import type { Inventory } from '../inventory/index.ts';
import type { Tasks } from '../tasks/index.ts';
import type { Transfers } from '../transfers/index.ts';

/** The commands on disks of virtual machines; what may take long is a task. */
export interface DiskService {
  list(id: MachineId, signal: AbortSignal): Promise<MachineDisks>;
  grow(request: DiskPlace & { sizeBytes: number }): Promise<GrowReport>;
  compact(place: DiskPlace): Promise<CompactReport>;
  check(place: DiskPlace): Promise<CheckReport>;
  repair(place: DiskPlace): Promise<RepairReport>;
  settleRepair(request: DiskPlace & { keep: 'repaired' | 'unrepaired' }, signal: AbortSignal): Promise<void>;
  convert(request: DiskPlace & { format: DiskFormat }): Promise<void>;
  flatten(place: DiskPlace): Promise<CompactReport>;
  export(request: DiskPlace & { format: ExportFormat; compressed: boolean; transferId: TransferId }): Promise<void>;
  add(request: AddDiskRequest): Promise<DiskChange>;
  detach(place: DiskPlace): Promise<DiskChange>;
  deleteFile(request: { machineId: MachineId; file: string }, signal: AbortSignal): Promise<void>;
}

export function createDiskService(of: {
  tasks: Tasks;
  transfers: Pick<Transfers, 'send'>;
  inventory: Pick<Inventory, 'driverOf' | 'machine'>;
  guestImages: Pick<GuestImages, 'lend'>;
}): DiskService {
  const { tasks, transfers, inventory, guestImages } = of;
  const disksOf = (id: MachineId) => facetOf(inventory.driverOf(id), 'disks');
  const nameOf = (id: MachineId) => inventory.machine(id)?.name ?? splitId(id).nativeId;

  async function task<Result>(
    { kind, machineId, cancellable = true }: { kind: TaskKind; machineId: MachineId; cancellable?: boolean },
    work: (onProgress: OnDiskProgress, signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const told = { kind, subject: nameOf(machineId), machineId, cancellable };
    return await tasks.run(told, (report, signal) => work((progress) => report({ progress }), signal)).result;
  }

  return {
    list: async (id, signal) => await disksOf(id).list(id, signal),
    // Growing and plugging take a moment, and could not be taken back half-way.
    grow: async (request) =>
      await task({ kind: 'growDisk', ...request, cancellable: false }, (_progress, signal) =>
        disksOf(request.machineId).grow(request, signal),
      ),
    compact: async (place) =>
      await task({ kind: 'compactDisk', ...place }, (onProgress, signal) =>
        disksOf(place.machineId).compact({ ...place, onProgress }, signal),
      ),
    check: async (place) =>
      await task({ kind: 'checkDisk', ...place }, (_progress, signal) => disksOf(place.machineId).check(place, signal)),
    repair: async (place) =>
      await task({ kind: 'repairDisk', ...place }, (_progress, signal) => disksOf(place.machineId).repair(place, signal)),
    settleRepair: async (request, signal) => await disksOf(request.machineId).settleRepair(request, signal),
    convert: async (request) =>
      await task({ kind: 'convertDisk', ...request }, (onProgress, signal) =>
        disksOf(request.machineId).convert({ ...request, onProgress }, signal),
      ),
    flatten: async (place) =>
      await task({ kind: 'flattenDisk', ...place }, (onProgress, signal) =>
        disksOf(place.machineId).flatten({ ...place, onProgress }, signal),
      ),
    export: async ({ transferId, ...request }) =>
      await task({ kind: 'exportDisk', ...request }, async (onProgress, signal) => {
        await using stack = new AsyncDisposableStack();
        const open = async () => {
          const { name, sizeBytes, read } = stack.use(await disksOf(request.machineId).export({ ...request, onProgress }, signal));
          return { file: { name, sizeBytes }, bytes: read(signal) };
        };
        await transfers.send(transferId, open, signal);
      }),
    add: async ({ machineId, from }) =>
      await tasks.run({ kind: 'addDisk', subject: nameOf(machineId), machineId, cancellable: true }, async (report, signal) => {
        const onProgress = (progress: number) => report({ progress });
        const add = async (origin: DiskOrigin) => await disksOf(machineId).add({ machineId, from: origin, onProgress }, signal);
        if (from.type === 'blank' || from.type === 'detached') return await add(from);
        return await guestImages.lend({ from, use: (disk) => add({ type: 'image', ...disk }) }, report, signal);
      }).result,
    detach: async (place) =>
      await task({ kind: 'detachDisk', ...place, cancellable: false }, (_progress, signal) =>
        disksOf(place.machineId).detach(place, signal),
      ),
    deleteFile: async (request, signal) => await disksOf(request.machineId).deleteFile(request, signal),
  };
}
