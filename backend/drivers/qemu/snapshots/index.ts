import type { MachineId, SnapshotSettings } from '../../../contract/index.ts';
import { type Clock, isAbort, type Logger, messageOf } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import type { SnapshotsFacet } from '../../snapshots.ts';
import type { Definition } from '../definition.ts';
import type { Vm } from '../vm.ts';
import { type Book, readBook, writeBook } from './book.ts';
import { writable } from './disks.ts';
import { recover } from './recover.ts';
import { allocatedBytes, type Sizes } from './sizes.ts';
import { Snapshots } from './snapshots.ts';

export interface SnapshotKeeper extends SnapshotsFacet {
  /** A machine was found. What goes wrong is logged: its snapshots are then left as they are. */
  found(vm: Vm, signal: AbortSignal): Promise<void>;
  /** Memory may have been given up. */
  sweep(vm: Vm, signal: AbortSignal): Promise<void>;
}

export function createSnapshots(of: {
  host: Host;
  clock: Clock;
  logger: Logger;
  vm: (id: MachineId) => Vm;
  all: () => Iterable<Vm>;
}): SnapshotKeeper {
  const { host, clock, logger, vm: get } = of;
  const snapshots = new Snapshots({ host, clock, logger });
  const schedules = new WeakMap<Vm, Pick<Book, 'schedule' | 'scheduledAtMs'>>();

  async function schedule(vm: Vm, change: Pick<Book, 'schedule' | 'scheduledAtMs'>, signal: AbortSignal): Promise<void> {
    await vm.exclusively('scheduleSnapshots', async () => {
      const book = { ...(await readBook(host, vm.files, signal)), ...change };
      await writeBook(host, { files: vm.files, book }, signal);
      schedules.set(vm, change);
    });
  }

  return {
    async list(id, signal) {
      const vm = get(id);
      const book = await readBook(host, vm.files, signal);
      const sizes = await allocatedBytes(host, vm.files.folder, signal);
      return {
        snapshots: book.snapshots.map(({ definition, ...record }) => ({
          id: record.id,
          parentId: record.parentId,
          name: record.name,
          description: record.description,
          takenAtMs: record.takenAtMs,
          automatic: record.automatic,
          ...sizesOf(definition, sizes),
          settings: settingsOf(definition),
        })),
        current: { parentId: vm.definition.snapshotId, ...sizesOf(vm.definition, sizes), settings: settingsOf(vm.definition) },
        schedule: book.schedule,
      };
    },
    take: (id, request, onProgress, signal) => snapshots.take(get(id), request, onProgress, signal),
    rename: (id, snapshot, signal) => snapshots.rename(get(id), snapshot, signal),
    revert: (id, snapshot, signal) => snapshots.revert(get(id), snapshot, signal),
    deletionOf: (id, snapshot, signal) => snapshots.deletionOf(get(id), snapshot, signal),
    delete: (id, snapshot, onProgress, signal) => snapshots.delete(get(id), snapshot, onProgress, signal),
    setSchedule: (id, value, signal) => schedule(get(id), { schedule: value, scheduledAtMs: value === null ? null : clock.now() }, signal),
    schedules: () =>
      [...of.all()].flatMap((vm) => {
        const { schedule: value = null, scheduledAtMs = null } = schedules.get(vm) ?? {};
        return value === null ? [] : [{ id: vm.machine.id, schedule: value, atMs: scheduledAtMs ?? 0 }];
      }),
    async noteScheduled(id, atMs, signal) {
      const vm = get(id);
      const value = schedules.get(vm)?.schedule ?? null;
      if (value !== null) await schedule(vm, { schedule: value, scheduledAtMs: atMs }, signal);
    },
    hasChanged: (id, signal) => snapshots.hasChanged(get(id), signal),

    async found(vm, signal) {
      if (!vm.isReadable) return;
      try {
        schedules.set(vm, await recover(vm, { host, clock }, signal));
        await snapshots.sweep(vm, signal);
      } catch (error) {
        if (isAbort(error)) throw error;
        logger.warn('the snapshots of a machine cannot be used', { id: vm.id, error: messageOf(error) });
      }
    },
    sweep: (vm, signal) => snapshots.sweep(vm, signal),
  };
}

function sizesOf(definition: Definition, sizes: Sizes): { disksBytes: number; memoryBytes: number | null } {
  return {
    disksBytes: writable(definition).reduce((sum, { file }) => sum + (sizes.get(file) ?? 0), 0),
    memoryBytes: definition.saved === null ? null : (sizes.get(definition.saved.file) ?? 0),
  };
}

function settingsOf({ cpus, memoryBytes, disks, ports, guest }: Definition): SnapshotSettings {
  return { cpus, memoryBytes, disks, ports, hardware: guest.type === 'system' ? guest.hardware : null };
}
