import { expect, test } from 'vitest';
import type { Task, TaskId } from '../contract/index.ts';
import { AppError, type Clock, silentLogger, systemClock } from '../core/index.ts';
import { createTasks, type Tasks } from './tasks.ts';

const logger = silentLogger;
const REQUEST = { kind: 'pullImage', subject: 'debian:12', cancellable: true } as const;

test('a task is seen from its start to its end', async () => {
  await using tasks = createTasks({ clock: systemClock, logger });
  const { promise, resolve } = Promise.withResolvers<string>();
  const { id, result } = tasks.run(REQUEST, () => promise);
  expect(await present(tasks)).toMatchObject([
    { id, kind: 'pullImage', subject: 'debian:12', state: 'running', progress: null, endedAtMs: null },
  ]);
  resolve('answer');
  expect(await result).toBe('answer');
  expect(await present(tasks)).toMatchObject([{ id, state: 'done', progress: 1, problem: null }]);
  expect((await present(tasks))[0]?.endedAtMs).not.toBeNull();
});

test('a failure that nobody looks at stays in the task and hurts nobody', async () => {
  await using tasks = createTasks({ clock: systemClock, logger });
  const { id } = tasks.run(REQUEST, async () => {
    throw new AppError('registryDenied', { image: 'x' });
  });
  expect((await ended(tasks, id)).problem?.reason).toBe('registryDenied');
  const other = tasks.run(REQUEST, async () => {
    throw new TypeError('unforeseen');
  });
  expect(await ended(tasks, other.id)).toMatchObject({ state: 'failed', problem: { reason: 'internal' } });
});

test('cancel ends the work and waits for it; again, or too late, is no error', async () => {
  await using tasks = createTasks({ clock: systemClock, logger });
  let cleaned = false;
  const { id, result } = tasks.run(REQUEST, async (_report, signal) => {
    await aborted(signal);
    cleaned = true;
    throw new Error('the connection broke, because of the cancel');
  });
  await tasks.cancel(id);
  expect(cleaned).toBe(true);
  expect(await ended(tasks, id)).toMatchObject({ state: 'cancelled', problem: null });
  await expect(result).rejects.toMatchObject({ code: 'cancelled' });
  await tasks.cancel(id);
});

test('unknown tasks and those that cannot be cancelled say so', async () => {
  await using tasks = createTasks({ clock: systemClock, logger });
  await expect(tasks.cancel('none' as TaskId)).rejects.toMatchObject({ reason: 'taskMissing' });
  const { id } = tasks.run({ ...REQUEST, cancellable: false }, (_report, signal) => aborted(signal));
  await expect(tasks.cancel(id)).rejects.toMatchObject({ reason: 'taskNotCancellable' });
});

test('many reports are told ten times a second, the last one always', async () => {
  const clock = new HandClock();
  await using tasks = createTasks({ clock, logger });
  const seen: (number | null)[] = [];
  const watching = new AbortController();
  const watched = (async () => {
    for await (const [task] of tasks.watch(watching.signal)) seen.push(task?.progress ?? null);
  })();
  const steps = Promise.withResolvers<void>();
  const { result } = tasks.run(REQUEST, async (report) => {
    for (let i = 1; i <= 50; i++) {
      report({ progress: i / 100 });
      await new Promise(setImmediate);
    }
    clock.pass(100);
    await new Promise(setImmediate);
    await steps.promise;
  });
  await expect.poll(() => seen.at(-1)).toBe(0.5);
  expect(seen.filter((progress) => progress !== null)).toEqual([0.5]);
  steps.resolve();
  await result;
  await expect.poll(() => seen.at(-1)).toBe(1);
  watching.abort();
  await watched;
});

test('a report changes what it names and nothing else; one after the end changes nothing', async () => {
  await using tasks = createTasks({ clock: systemClock, logger });
  let late: () => void = () => {};
  const { id, result } = tasks.run(REQUEST, async (report) => {
    report({ step: 'unpack', doneBytes: 5 });
    report({ totalBytes: 10 });
    late = () => report({ progress: 0.1 });
  });
  await result;
  late();
  expect(await ended(tasks, id)).toMatchObject({ step: null, doneBytes: 5, totalBytes: 10, progress: 1 });
});

test('the last fifty that have ended are kept, and all that run', async () => {
  await using tasks = createTasks({ clock: systemClock, logger });
  const first = tasks.run(REQUEST, (_report, signal) => aborted(signal));
  for (let i = 0; i < 60; i++) await tasks.run({ ...REQUEST, subject: `image-${i}` }, async () => i).result;
  const list = await present(tasks);
  expect(list.map((task) => task.subject)).toEqual(['debian:12', ...Array.from({ length: 50 }, (_, i) => `image-${i + 10}`)]);
  await tasks.cancel(first.id);
});

test('the end of all cancels what runs and waits until it has ended', async () => {
  const tasks = createTasks({ clock: systemClock, logger });
  let ends = 0;
  for (const cancellable of [true, false]) {
    tasks.run({ ...REQUEST, cancellable }, async (_report, signal) => {
      await aborted(signal);
      await new Promise(setImmediate);
      ends++;
    });
  }
  await tasks[Symbol.asyncDispose]();
  expect(ends).toBe(2);
  expect(() => tasks.run(REQUEST, async () => {})).toThrow(AppError);
});

async function present(tasks: Tasks): Promise<Task[]> {
  for await (const list of tasks.watch(new AbortController().signal)) return list;
  throw new Error('no tasks');
}

async function ended(tasks: Tasks, id: TaskId): Promise<Task> {
  for await (const list of tasks.watch(new AbortController().signal)) {
    const task = list.find((candidate) => candidate.id === id);
    if (task?.endedAtMs) return task;
  }
  throw new Error('it never ended');
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve())));
}

/** Time that passes when it is told to. */
class HandClock implements Clock {
  #time = 1000;
  #sleepers: { at: number; wake: () => void }[] = [];

  now(): number {
    return this.#time;
  }
  monotonic(): number {
    return this.#time;
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#sleepers.push({ at: this.#time + ms, wake: resolve });
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
  }
  pass(ms: number): void {
    this.#time += ms;
    for (const sleeper of this.#sleepers.filter(({ at }) => at <= this.#time)) sleeper.wake();
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#time);
  }
}
