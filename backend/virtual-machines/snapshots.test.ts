import { expect, test, vi } from 'vitest';
import { type MachineId, machineId, type Snapshot, type SnapshotSchedule, snapshotId } from '../contract/index.ts';
import { AppError, type Clock, silentLogger, systemClock } from '../core/index.ts';
import type { SnapshotsFacet } from '../drivers/snapshots.ts';
import type { Inventory } from '../inventory/index.ts';
import { createTasks } from '../tasks/index.ts';
import { nextTime } from './snapshot-times.ts';
import { createSnapshotService } from './snapshots.ts';

const HOUR = 3_600_000;
const vm = machineId.parse('qemu/vm');
const at = (text: string) => new Date(text).getTime();

test('the next time of a schedule, by the local calendar', () => {
  expect(nextTime({ unit: 'hours', count: 6 }, 0)).toBe(6 * HOUR);
  expect(nextTime({ unit: 'daily', minute: 180 }, at('2026-11-22T02:59'))).toBe(at('2026-11-22T03:00'));
  expect(nextTime({ unit: 'daily', minute: 180 }, at('2026-11-22T03:00'))).toBe(at('2026-11-23T03:00'));
  // 22 November 2026 is a Sunday.
  expect(nextTime({ unit: 'weekly', weekday: 1, minute: 0 }, at('2026-11-22T12:00'))).toBe(at('2026-11-23T00:00'));
  expect(nextTime({ unit: 'weekly', weekday: 0, minute: 60 }, at('2026-11-22T01:00'))).toBe(at('2026-11-29T01:00'));
});

/** A machine whose snapshots are a list, and a clock that stands until it is told the time. */
function scheduled(schedule: SnapshotSchedule, options: { now: number; last: number; manual: number }) {
  const state = { now: options.now, last: options.last, changed: true, count: 0, linked: null as Snapshot['id'] | null, wake: () => {} };
  const settings = { cpus: 1, memoryBytes: 1, disks: [], ports: [], hardware: null };
  const make = (automatic: boolean): Snapshot => ({
    id: snapshotId.parse((++state.count).toString(16).padStart(12, '0')),
    parentId: null,
    name: '',
    description: '',
    takenAtMs: state.now,
    automatic,
    disksBytes: 0,
    memoryBytes: null,
    settings,
  });
  let list: Snapshot[] = Array.from({ length: options.manual }, () => make(false));
  const facet = {
    list: async () => ({ snapshots: list, current: { parentId: null, disksBytes: 0, memoryBytes: null, settings }, schedule }),
    take: async (_id: MachineId, { automatic }: { automatic: boolean }) => {
      const snapshot = make(automatic);
      list = [...list, snapshot];
      return snapshot.id;
    },
    delete: async (_id: MachineId, id: Snapshot['id']) => {
      list = list.filter((snapshot) => snapshot.id !== id);
    },
    deletionOf: async (_id: MachineId, id: Snapshot['id']) => {
      if (id === state.linked) throw new AppError('filesLinked', { name: 'vm', machines: 'other' });
    },
    hasChanged: async () => state.changed,
    schedules: () => [{ id: vm, schedule, atMs: state.last }],
    noteScheduled: async (_id: MachineId, ms: number) => {
      state.last = ms;
    },
  } as unknown as SnapshotsFacet;
  const driver = { snapshots: facet, engine: () => ({ name: 'QEMU' }) };
  const inventory = {
    machine: () => ({ name: 'vm', state: 'running' }),
    drivers: () => [driver],
    driverOf: () => driver,
  } as unknown as Inventory;
  const clock: Clock = {
    ...systemClock,
    now: () => state.now,
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        state.wake = resolve;
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
  };
  const tasks = createTasks({ clock: systemClock, logger: silentLogger });
  const service = createSnapshotService({ inventory, machines: { act: async () => [] }, tasks, clock, logger: silentLogger });
  return {
    state,
    automatic: () => list.filter((snapshot) => snapshot.automatic),
    manual: () => list.filter((snapshot) => !snapshot.automatic),
    pass(ms: number) {
      state.now += ms;
      state.wake();
    },
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await tasks[Symbol.asyncDispose]();
    },
  };
}

test('times that were missed are made up for once; the newest are kept, and only scheduled ones go', async () => {
  const schedule: SnapshotSchedule = { every: { unit: 'hours', count: 1 }, keep: 2, withMemory: false };
  await using machine = scheduled(schedule, { now: 100 * HOUR, last: 0, manual: 3 });
  await vi.waitUntil(() => machine.state.last === 100 * HOUR);
  expect(machine.automatic()).toHaveLength(1);
  for (let hour = 101; hour <= 104; hour++) {
    machine.pass(HOUR);
    await vi.waitUntil(() => machine.state.last === hour * HOUR);
  }
  expect(machine.automatic().map(({ takenAtMs }) => takenAtMs / HOUR)).toEqual([103, 104]);
  expect(machine.manual()).toHaveLength(3);
});

test('one whose files another machine is built upon stays, and the others go all the same', async () => {
  const schedule: SnapshotSchedule = { every: { unit: 'hours', count: 1 }, keep: 1, withMemory: false };
  await using machine = scheduled(schedule, { now: HOUR, last: 0, manual: 0 });
  await vi.waitUntil(() => machine.state.last === HOUR);
  machine.state.linked = machine.automatic()[0]?.id ?? null;
  for (const hour of [2, 3]) {
    machine.pass(HOUR);
    await vi.waitUntil(() => machine.state.last === hour * HOUR);
  }
  expect(machine.automatic().map(({ takenAtMs }) => takenAtMs / HOUR)).toEqual([1, 3]);
});

test('a machine that was not used since gets none, so that older ones stay', async () => {
  const schedule: SnapshotSchedule = { every: { unit: 'hours', count: 1 }, keep: 1, withMemory: false };
  await using machine = scheduled(schedule, { now: HOUR, last: 0, manual: 0 });
  await vi.waitUntil(() => machine.state.last === HOUR);
  machine.state.changed = false;
  machine.pass(HOUR);
  await vi.waitUntil(() => machine.state.last === 2 * HOUR);
  expect(machine.automatic().map(({ takenAtMs }) => takenAtMs)).toEqual([HOUR]);
});
