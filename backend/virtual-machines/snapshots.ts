import type {
  MachineId,
  RevertRequest,
  Snapshot,
  SnapshotDeletion,
  SnapshotId,
  SnapshotSchedule,
  SnapshotTree,
  TakeSnapshotRequest,
  TaskKind,
} from '../contract/index.ts';
import { AppError, type Clock, isAbort, type Logger, Scope } from '../core/index.ts';
import { facetOf } from '../drivers/facets.ts';
import type { SnapshotsFacet, TakeSnapshot } from '../drivers/snapshots.ts';
import type { Inventory } from '../inventory/index.ts';
import type { MachineService } from '../machines/index.ts';
import { movedBytes, type TaskProgress, type Tasks } from '../tasks/index.ts';
import { nextTime } from './snapshot-times.ts';

/** How late a scheduled snapshot may be. */
const TICK_MS = 30_000;

/** Those that take long are tasks, and go on when the caller goes away. */
export interface SnapshotService extends AsyncDisposable {
  get(id: MachineId, signal: AbortSignal): Promise<SnapshotTree>;
  take(request: TakeSnapshotRequest): Promise<{ snapshotId: SnapshotId }>;
  rename(id: MachineId, snapshot: { id: SnapshotId; name: string; description: string }, signal: AbortSignal): Promise<void>;
  revert(request: RevertRequest): Promise<void>;
  deletionOf(id: MachineId, snapshot: SnapshotId, signal: AbortSignal): Promise<SnapshotDeletion>;
  delete(id: MachineId, snapshot: SnapshotId): Promise<void>;
  setSchedule(id: MachineId, schedule: SnapshotSchedule | null, signal: AbortSignal): Promise<void>;
}

export function createSnapshotService(deps: {
  inventory: Pick<Inventory, 'machine' | 'drivers' | 'driverOf'>;
  machines: Pick<MachineService, 'act'>;
  tasks: Tasks;
  clock: Clock;
  logger: Logger;
}): SnapshotService {
  const { inventory, machines, tasks, clock, logger } = deps;
  const facet = (id: MachineId): SnapshotsFacet => facetOf(inventory.driverOf(id), 'snapshots');
  const scope = new Scope((error) => logger.error('scheduled snapshots have ended', { error }));

  function task<T>(
    { kind, id }: { kind: TaskKind; id: MachineId },
    work: (report: (progress: TaskProgress) => void, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return tasks.run({ kind, subject: inventory.machine(id).name, machineId: id, cancellable: true }, work).result;
  }

  const remove = (id: MachineId, snapshot: SnapshotId): Promise<void> =>
    task({ kind: 'deleteSnapshot', id }, (report, signal) => facet(id).delete(id, snapshot, (progress) => report({ progress }), signal));

  const take = (id: MachineId, request: TakeSnapshot): Promise<SnapshotId> =>
    task({ kind: 'takeSnapshot', id }, (report, signal) => facet(id).take(id, request, (bytes) => report(movedBytes(bytes)), signal));

  /** Only those that the schedule took, the oldest first. */
  async function prune(id: MachineId, keep: number, signal: AbortSignal): Promise<void> {
    const { snapshots } = await facet(id).list(id, signal);
    const automatic: Snapshot[] = snapshots.filter((snapshot) => snapshot.automatic).sort((a, b) => b.takenAtMs - a.takenAtMs);
    for (const snapshot of automatic.slice(keep).reverse()) {
      if (!(await isLinked(id, snapshot.id, signal))) await remove(id, snapshot.id);
    }
  }

  /** Then it stays: other machines are built upon its files. */
  async function isLinked(id: MachineId, snapshot: SnapshotId, signal: AbortSignal): Promise<boolean> {
    try {
      await facet(id).deletionOf(id, snapshot, signal);
      return false;
    } catch (error) {
      if (error instanceof AppError && error.reason === 'filesLinked') return true;
      throw error;
    }
  }

  async function takeDue(id: MachineId, schedule: SnapshotSchedule, signal: AbortSignal): Promise<void> {
    const snapshots = facet(id);
    const { state } = inventory.machine(id);
    if (state === 'creating' || state === 'starting' || state === 'saving' || state === 'stopping') return;
    try {
      // Of a machine that is not used, snapshots would only push older ones out.
      if (await snapshots.hasChanged(id, signal)) {
        const request = { name: timeName(clock.now()), description: '', withMemory: schedule.withMemory, automatic: true };
        await take(id, request);
        await prune(id, schedule.keep, signal);
      }
    } catch (error) {
      if (isAbort(error) && signal.aborted) throw error;
      // It is tried again at the next look; what else fails, fails for this time, and its task says why.
      if (error instanceof AppError && error.reason === 'vmBusy') return;
      logger.warn('a scheduled snapshot was not taken', { id, error });
    }
    await snapshots.noteScheduled(id, clock.now(), signal);
  }

  async function look(signal: AbortSignal): Promise<void> {
    for (const { snapshots } of inventory.drivers()) {
      for (const { id, schedule, atMs } of snapshots?.schedules() ?? []) {
        // However many times went by while the app did not run: one makes up for all.
        if (nextTime(schedule.every, atMs) > clock.now()) continue;
        await takeDue(id, schedule, signal).catch((error: unknown) => {
          if (isAbort(error)) throw error;
          logger.warn('a scheduled snapshot could not be seen to', { id, error });
        });
      }
    }
  }

  scope.run(async (signal) => {
    for (;;) {
      await look(signal);
      await clock.sleep(TICK_MS, signal);
    }
  });

  return {
    async get(id, signal) {
      const tree = await facet(id).list(id, signal);
      const scheduled = facet(id)
        .schedules()
        .find((one) => one.id === id);
      return { ...tree, nextAtMs: scheduled === undefined ? null : nextTime(scheduled.schedule.every, scheduled.atMs) };
    },

    async take({ id, ...request }) {
      return { snapshotId: await take(id, { ...request, automatic: false }) };
    },

    rename: (id, snapshot, signal) => facet(id).rename(id, snapshot, signal),

    async revert({ id, snapshotId, keepAs, start }) {
      await task({ kind: 'revertSnapshot', id }, async (report, signal) => {
        if (keepAs !== null) {
          const request = { name: keepAs, description: '', withMemory: true, automatic: false };
          await facet(id).take(id, request, (bytes) => report(movedBytes(bytes)), signal);
        }
        await facet(id).revert(id, snapshotId, signal);
      });
      if (!start) return;
      const [answer] = await machines.act([id], 'start', { force: false });
      if (answer?.problem != null) throw new AppError(answer.problem.reason, answer.problem.params);
    },

    deletionOf: (id, snapshot, signal) => facet(id).deletionOf(id, snapshot, signal),
    delete: remove,
    setSchedule: (id, schedule, signal) => facet(id).setSchedule(id, schedule, signal),

    async [Symbol.asyncDispose]() {
      await scope[Symbol.asyncDispose]();
    },
  };
}

/** `2026-11-22 14:05`, local: it sorts, and every language reads it. */
function timeName(ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
