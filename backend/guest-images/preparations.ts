import { rm } from 'node:fs/promises';
import type { GuestImageId, TaskId, TaskKind } from '../contract/index.ts';
import { type AppError, toAppError } from '../core/index.ts';
import type { Downloads } from '../downloads/index.ts';
import type { Tasks } from '../tasks/index.ts';
import type { ImageList } from './image-list.ts';
import type { ImageFolders, ImageRecord } from './records.ts';
import type { Report } from './take-in.ts';

interface Run {
  taskId: TaskId;
  /** Aborted for a pause, and when the app ends: what has come is kept then. */
  pausing: AbortController;
  ended: Promise<unknown>;
}

/** Images on their way into the library: started, paused, gone on with, given up. */
export class Preparations implements AsyncDisposable {
  readonly #parts: { list: ImageList; folders: ImageFolders; downloads: Downloads; tasks: Tasks };
  readonly #runs = new Map<GuestImageId, Run>();
  readonly #shared = new Map<string, Promise<{ id: GuestImageId }>>();

  constructor(parts: { list: ImageList; folders: ImageFolders; downloads: Downloads; tasks: Tasks }) {
    this.#parts = parts;
  }

  /** Takes up what an earlier run of the app has left: downloads are paused, all else that is unfinished is removed. */
  async load(records: readonly ImageRecord[]): Promise<void> {
    const { list, folders } = this.#parts;
    for (const record of records) {
      if (record.ready) list.set(record);
      else if (isDownload(record)) list.set({ ...record, sizeBytes: await this.#comeBytes(record.id) });
      else await folders.remove(record.id);
    }
  }

  /** Who asks for what somebody else has asked for, gets the same. */
  shared(key: string, start: () => Promise<{ id: GuestImageId }>): Promise<{ id: GuestImageId }> {
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const started = start().finally(() => this.#shared.delete(key));
    this.#shared.set(key, started);
    return started;
  }

  /** As a task. What fails or is cancelled leaves nothing; a download that was paused, or whose connection broke, is kept. */
  async run(
    of: { record: ImageRecord; kind: TaskKind },
    work: (report: Report, signal: AbortSignal) => Promise<GuestImageId>,
  ): Promise<{ id: GuestImageId }> {
    const { list, tasks } = this.#parts;
    const { record, kind } = of;
    const pausing = new AbortController();
    const { id: taskId, result } = tasks.run({ kind, subject: record.name, cancellable: true }, async (report, signal) => {
      try {
        const id = await work(report, AbortSignal.any([signal, pausing.signal]));
        if (list.has(id)) list.set(list.record(id), { taskId: null, problem: null });
        return { id };
      } catch (error) {
        await this.#settle(record.id, toAppError(error), pausing.signal.aborted && !signal.aborted);
        throw error;
      } finally {
        this.#runs.delete(record.id);
      }
    });
    this.#runs.set(record.id, { taskId, pausing, ended: result.catch(() => {}) });
    list.set(record, { taskId, problem: null });
    return result;
  }

  /** @throws AppError guestImageMissing */
  async pause(id: GuestImageId): Promise<void> {
    this.#parts.list.record(id);
    const run = this.#runs.get(id);
    run?.pausing.abort();
    await run?.ended;
  }

  /** Ends the work, if there is any, and removes what has come. */
  async cancel(id: GuestImageId): Promise<void> {
    const run = this.#runs.get(id);
    if (run !== undefined) await this.#parts.tasks.cancel(run.taskId);
    await this.drop(id);
  }

  async drop(id: GuestImageId): Promise<void> {
    this.#parts.list.delete(id);
    await this.#parts.folders.remove(id);
  }

  /** What has come so far is of no use any more. */
  async discard(id: GuestImageId): Promise<void> {
    const path = this.#parts.folders.incomingOf(id);
    await Promise.all([this.#parts.downloads.discard(path), rm(path, { force: true })]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { pausing } of this.#runs.values()) pausing.abort();
    await Promise.all([...this.#runs.values()].map(({ ended }) => ended));
  }

  async #settle(id: GuestImageId, error: AppError, paused: boolean): Promise<void> {
    const { list } = this.#parts;
    if (!list.has(id)) return;
    const record = list.record(id);
    const sizeBytes = await this.#comeBytes(id);
    const kept = isDownload(record) && (paused || (error.code === 'unreachable' && sizeBytes > 0));
    if (kept) list.set({ ...record, sizeBytes }, { taskId: null, problem: paused ? null : error.problem });
    else await this.drop(id);
  }

  #comeBytes(id: GuestImageId): Promise<number> {
    return this.#parts.downloads.partBytes(this.#parts.folders.incomingOf(id));
  }
}

function isDownload({ origin }: ImageRecord): boolean {
  return origin.type === 'catalogue' || origin.type === 'url';
}
