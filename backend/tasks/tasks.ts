import { randomUUID } from 'node:crypto';
import { type MachineId, type Task, type TaskId, type TaskKind, taskId } from '../contract/index.ts';
import { AppError, type Clock, isAbort, Latest, type Logger, Scope, toAppError } from '../core/index.ts';

/** Ended tasks that are still shown. */
const KEPT = 50;
/** Progress is told at most this often. */
const REPORT_MS = 100;

export type TaskProgress = Partial<Pick<Task, 'progress' | 'step' | 'doneBytes' | 'totalBytes' | 'bytesPerSecond' | 'parts' | 'machineId'>>;

/** What a report says of bytes. */
export function movedBytes({ doneBytes, totalBytes }: { doneBytes: number; totalBytes: number }): TaskProgress {
  return { doneBytes, totalBytes, progress: totalBytes > 0 ? doneBytes / totalBytes : null };
}

export interface TaskRequest {
  kind: TaskKind;
  /** Name of the image, machine or engine. */
  subject: string;
  machineId?: MachineId;
  cancellable: boolean;
}

/** Long work that everyone can see. It belongs to the app and not to who asked for it: a reload does not end it. */
export interface Tasks extends AsyncDisposable {
  /**
   * Starts the work at once. `result` rejects with an AppError; nobody needs to look at it, for the task says the same.
   * Fields that a report does not name stay as they were.
   */
  run<T>(
    request: TaskRequest,
    work: (report: (progress: TaskProgress) => void, signal: AbortSignal) => Promise<T>,
  ): { id: TaskId; result: Promise<T> };
  /** Returns when the task has ended; one that has ended before is no error. @throws AppError taskMissing, taskNotCancellable */
  cancel(id: TaskId): Promise<void>;
  /** All known tasks, oldest first. Slow reader: `latest`. */
  watch(signal: AbortSignal): AsyncIterable<Task[]>;
}

/** Disposing cancels what runs, cancellable or not, and waits until it has ended. */
export function createTasks(deps: { clock: Clock; logger: Logger }): Tasks {
  const { clock, logger } = deps;
  const tasks = new Map<TaskId, Task>();
  const running = new Map<TaskId, { controller: AbortController; ended: Promise<unknown> }>();
  const latest = new Latest<Task[]>([]);
  const publications = new Scope((error) => logger.error('tasks could not be told', { error }));
  let publishedAt = Number.NEGATIVE_INFINITY;
  let waiting = false;
  let disposed = false;

  function publish(): void {
    publishedAt = clock.monotonic();
    latest.set([...tasks.values()]);
  }

  function publishSoon(): void {
    if (waiting) return;
    const due = publishedAt + REPORT_MS - clock.monotonic();
    if (due <= 0) {
      publish();
      return;
    }
    waiting = true;
    publications.run(async (signal) => {
      try {
        await clock.sleep(due, signal);
        publish();
      } finally {
        waiting = false;
      }
    });
  }

  function change(id: TaskId, fields: Partial<Task>): void {
    const task = tasks.get(id);
    if (task !== undefined) tasks.set(id, { ...task, ...fields });
  }

  function forgetOldest(): void {
    const ended = [...tasks.values()].filter((task) => task.endedAtMs !== null);
    for (const task of ended.slice(0, -KEPT)) tasks.delete(task.id);
  }

  function end(id: TaskId, fields: Pick<Task, 'state' | 'problem'>): void {
    running.delete(id);
    const progress = fields.state === 'done' ? { progress: 1 } : {};
    change(id, { ...fields, ...progress, step: null, bytesPerSecond: null, endedAtMs: clock.now() });
    forgetOldest();
    publish();
  }

  async function perform<T>(id: TaskId, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      const result = await work();
      end(id, { state: 'done', problem: null });
      return result;
    } catch (thrown) {
      // What fails after a cancel, failed because of it.
      const error = signal.aborted ? new AppError('cancelled', {}, { cause: thrown }) : toAppError(thrown);
      const { kind, subject } = tasks.get(id) ?? {};
      if (isAbort(error)) end(id, { state: 'cancelled', problem: null });
      else {
        logger.warn('task failed', { taskId: id, kind, subject, error });
        end(id, { state: 'failed', problem: error.problem });
      }
      throw error;
    }
  }

  return {
    run(request, work) {
      if (disposed) throw new AppError('cancelled');
      const id = taskId.parse(randomUUID());
      tasks.set(id, newTask(id, request, clock.now()));
      publish();
      const controller = new AbortController();
      const report = (progress: TaskProgress) => {
        if (!running.has(id)) return;
        change(id, progress);
        publishSoon();
      };
      // Not in this turn: `running` must know the task before its work can report or end.
      const begin = async () => {
        await Promise.resolve();
        return work(report, controller.signal);
      };
      const result = perform(id, begin, controller.signal);
      const ended = result.catch(() => {});
      running.set(id, { controller, ended });
      return { id, result };
    },

    async cancel(id) {
      const task = tasks.get(id);
      if (task === undefined) throw new AppError('taskMissing');
      const run = running.get(id);
      if (run === undefined) return;
      if (!task.cancellable) throw new AppError('taskNotCancellable');
      run.controller.abort();
      await run.ended;
    },

    watch: (signal) => latest.watch(signal),

    async [Symbol.asyncDispose]() {
      disposed = true;
      for (const { controller } of running.values()) controller.abort();
      await Promise.all([...running.values()].map(({ ended }) => ended));
      await publications[Symbol.asyncDispose]();
    },
  };
}

function newTask(id: TaskId, request: TaskRequest, startedAtMs: number): Task {
  return {
    id,
    kind: request.kind,
    subject: request.subject,
    machineId: request.machineId ?? null,
    state: 'running',
    progress: null,
    step: null,
    doneBytes: null,
    totalBytes: null,
    bytesPerSecond: null,
    parts: null,
    startedAtMs,
    endedAtMs: null,
    problem: null,
    cancellable: request.cancellable,
  };
}
