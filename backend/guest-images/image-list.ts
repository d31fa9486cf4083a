import type { GuestImage, GuestImageId, Problem, TaskId } from '../contract/index.ts';
import { AppError, Latest } from '../core/index.ts';
import type { ImageFolders, ImageRecord } from './records.ts';

interface Entry {
  record: ImageRecord;
  taskId: TaskId | null;
  problem: Problem | null;
}

/** What the library holds, as it is told. */
export class ImageList {
  readonly #folders: ImageFolders;
  readonly #entries = new Map<GuestImageId, Entry>();
  readonly #latest = new Latest<GuestImage[]>([]);
  #users: ReadonlyMap<string, string[]> = new Map();

  constructor(folders: ImageFolders) {
    this.#folders = folders;
  }

  get images(): readonly GuestImage[] {
    return this.#latest.value;
  }

  watch(signal: AbortSignal): AsyncIterable<GuestImage[]> {
    return this.#latest.watch(signal);
  }

  has(id: GuestImageId): boolean {
    return this.#entries.has(id);
  }

  /** @throws AppError guestImageMissing */
  record(id: GuestImageId): ImageRecord {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new AppError('guestImageMissing');
    return entry.record;
  }

  records(): ImageRecord[] {
    return [...this.#entries.values()].map(({ record }) => record);
  }

  set(record: ImageRecord, more: { taskId?: TaskId | null; problem?: Problem | null } = {}): void {
    const before = this.#entries.get(record.id);
    this.#entries.set(record.id, { taskId: before?.taskId ?? null, problem: before?.problem ?? null, ...more, record });
    this.#tell();
  }

  delete(id: GuestImageId): void {
    this.#entries.delete(id);
    this.#tell();
  }

  setUsers(users: ReadonlyMap<string, string[]>): void {
    this.#users = users;
    this.#tell();
  }

  #tell(): void {
    const images = [...this.#entries.values()].map((entry) => this.#toImage(entry));
    this.#latest.set(images.sort((one, other) => one.name.localeCompare(other.name) || one.addedAtMs - other.addedAtMs));
  }

  #toImage({ record, taskId, problem }: Entry): GuestImage {
    const { version: _version, ready, ...rest } = record;
    const path = this.#folders.fileOf(record);
    const state = ready ? 'ready' : taskId === null ? 'paused' : 'preparing';
    return { ...rest, state, taskId, problem, path: ready ? path : null, usedBy: this.#users.get(path) ?? [] };
  }
}
