import { posix } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type SnapshotDeletion, type SnapshotId, snapshotId, type VmDisk } from '../../../contract/index.ts';
import type { Clock, Logger } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import type { OnBytes } from '../../byte-progress.ts';
import type { TakeSnapshot } from '../../snapshots.ts';
import { ofNewGeneration, type SavedMemory } from '../definition.ts';
import type { OnProgress } from '../disk-images/index.ts';
import { fileUsers, linkedFiles, refuseLinked } from '../file-users.ts';
import { quiesced } from '../guest/quiesce.ts';
import { bringStateBack, keepState, keptNames } from '../kept-state.ts';
import type { Vm } from '../vm.ts';
import { diskPath } from '../vm-files.ts';
import { type Book, namedFiles, readBook, recordOf, type SnapshotRecord, writeBook } from './book.ts';
import { freezeTargets, imageOf, overlaysOn, ownFiles, writable } from './disks.ts';
import { goOn } from './memory.ts';
import { mergeUp } from './merge.ts';
import { freeze } from './nodes.ts';
import { contentByDepth, frozen, isOurs, isUntouched, newMark, newMemoryFile } from './overlays.ts';
import { saveRun } from './saved.ts';
import { allocatedBytes } from './sizes.ts';
import { removalsOf, withoutFile, withoutSnapshot, withSnapshot } from './tree.ts';

/** What is not given up half-way takes no longer than this. */
const COMMIT_MS = 60_000;

/** What is done with machines' snapshots. Why each step comes where it does: docs/decisions/0014-snapshots.md */
export class Snapshots {
  readonly #host: Host;
  readonly #clock: Clock;
  readonly #logger: Logger;

  constructor(of: { host: Host; clock: Clock; logger: Logger }) {
    this.#host = of.host;
    this.#clock = of.clock;
    this.#logger = of.logger;
  }

  async take(vm: Vm, request: TakeSnapshot, onProgress: OnBytes, signal: AbortSignal): Promise<SnapshotId> {
    return await vm.exclusively('takeSnapshot', async () => {
      const id = snapshotId.parse(newMark());
      try {
        await this.#take(vm, { ...request, id, onProgress }, signal);
      } catch (error) {
        await this.sweep(vm, AbortSignal.timeout(COMMIT_MS));
        throw error;
      }
      return id;
    });
  }

  async #take(vm: Vm, of: TakeSnapshot & { id: SnapshotId; onProgress: OnBytes }, signal: AbortSignal): Promise<void> {
    const host = this.#host;
    const { connection, isPaused, definition } = vm;
    const book = await readBook(host, vm.files, signal);
    const disks = await overlaysOn(host, { vm, disks: definition.disks, mark: of.id }, signal);
    const frozenDisks = await Promise.all(writable(definition).map((disk) => frozen(host, imageOf(vm, disk), signal)));
    const qmp = of.withMemory ? (connection?.qmp ?? null) : null;
    const saved = qmp === null ? definition.saved : await this.#saveRun(vm, of.onProgress, signal);
    try {
      // Of the moment that the memory is of: its guest stands still.
      const kept = await keepState(host, { files: vm.files, mark: of.id }, signal);
      const { id, name, description, automatic } = of;
      const record: SnapshotRecord = {
        ...{ id, name, description, automatic, ...kept },
        parentId: definition.snapshotId,
        takenAtMs: this.#clock.now(),
        definition: { ...definition, saved },
      };
      signal.throwIfAborted();
      const commit = AbortSignal.timeout(COMMIT_MS);
      await writeBook(host, { files: vm.files, book: { ...book, ...withSnapshot(book, record, frozenDisks) } }, commit);
      try {
        await vm.save({ ...vm.definition, disks, snapshotId: id }, commit);
        if (connection !== null) {
          const freezeDisks = () => freeze(connection.qmp, freezeTargets(vm, disks), commit);
          // Kept memory knows what is not on the disks yet; disks alone are to be whole.
          await (qmp === null ? quiesced(vm, freezeDisks, this.#logger) : freezeDisks());
        }
      } catch (error) {
        await vm.save({ ...vm.definition, disks: definition.disks, snapshotId: definition.snapshotId }, commit);
        await writeBook(host, { files: vm.files, book }, commit);
        throw error;
      }
    } finally {
      if (qmp !== null && vm.connection !== null) await goOn(qmp, { paused: isPaused });
    }
  }

  async rename(vm: Vm, of: { id: SnapshotId; name: string; description: string }, signal: AbortSignal): Promise<void> {
    await vm.exclusively('renameSnapshot', async () => {
      const book = await readBook(this.#host, vm.files, signal);
      const renamed = { ...recordOf(book, of.id), ...of };
      const snapshots = book.snapshots.map((snapshot) => (snapshot.id === of.id ? renamed : snapshot));
      await writeBook(this.#host, { files: vm.files, book: { ...book, snapshots } }, signal);
    });
  }

  async revert(vm: Vm, id: SnapshotId, signal: AbortSignal): Promise<void> {
    await vm.exclusively('revertSnapshot', async () => {
      try {
        await this.#revert(vm, id, signal);
        // Of a branch that was left, files may stand alone now.
        await this.#apply(vm, { onProgress: () => {} }, signal);
      } finally {
        await this.sweep(vm, AbortSignal.timeout(COMMIT_MS));
      }
    });
  }

  async #revert(vm: Vm, id: SnapshotId, signal: AbortSignal): Promise<void> {
    const host = this.#host;
    const book = await readBook(host, vm.files, signal);
    const record = recordOf(book, id);
    const disks = await overlaysOn(host, { vm, disks: record.definition.disks, mark: newMark() }, signal);
    signal.throwIfAborted();
    await vm.cutOff(signal);
    const commit = AbortSignal.timeout(COMMIT_MS);
    await bringStateBack(host, { kept: record, from: vm.files.folder, to: vm.files }, commit);
    const lost = writable(vm.definition).map(({ file }) => file);
    await writeBook(host, { files: vm.files, book: { ...book, unneeded: [...book.unneeded, ...lost] } }, commit);
    const { name, twinId, autostart, createdAtMs } = vm.definition;
    const guest = ofNewGeneration(record.definition.guest);
    await vm.replace({ ...record.definition, guest, name, twinId, autostart, createdAtMs, disks, snapshotId: id }, commit);
  }

  async delete(vm: Vm, id: SnapshotId, onProgress: OnProgress, signal: AbortSignal): Promise<void> {
    await vm.exclusively('deleteSnapshot', async () => {
      try {
        const { parentId } = recordOf(await readBook(this.#host, vm.files, signal), id);
        await this.#refuseLinked(vm, id, signal);
        await this.#apply(vm, { without: id, onProgress }, signal);
        if (vm.definition.snapshotId === id) await vm.save({ ...vm.definition, snapshotId: parentId }, AbortSignal.timeout(COMMIT_MS));
      } finally {
        await this.sweep(vm, AbortSignal.timeout(COMMIT_MS));
      }
    });
  }

  /**
   * Lets go of the files that are not needed (without that snapshot). What those above lack is copied into them first, which
   * changes no content: until the book is written at the end nothing has happened.
   */
  async #apply(vm: Vm, of: { without?: SnapshotId; onProgress: OnProgress }, signal: AbortSignal): Promise<void> {
    const host = this.#host;
    const { files } = vm;
    const own = await ownFiles(host, vm, signal);
    const planned = (book: Book) => (of.without === undefined ? book : { ...book, ...withoutSnapshot(book, of.without) });
    let book = await readBook(host, files, signal);
    const linked = linkedFiles(await fileUsers(host, files.folder, signal), files.folder);
    const removals = removalsOf(planned(book), own, linked);
    const merges = removals.filter(({ into }) => into !== null).length;
    let merged = 0;
    for (const removal of removals) {
      const { into } = removal;
      if (into === null) continue;
      const onProgress = (fraction: number) => of.onProgress((merged + fraction) / merges);
      const parts = { host, clock: this.#clock, folder: files.folder, qmp: vm.connection?.qmp ?? null, onProgress };
      await mergeUp(parts, { removal: { ...removal, into }, files: [...book.files, ...own] }, signal);
      merged++;
      const backing = book.files.find(({ name }) => name === removal.file)?.backing ?? null;
      book = { ...book, files: book.files.map((file) => (file.name === into ? { ...file, backing } : file)) };
      await writeBook(host, { files, book }, AbortSignal.timeout(COMMIT_MS));
    }
    const left = removals.reduce((kept, removal) => withoutFile(kept, kept, removal), book.files);
    const unneeded = [...book.unneeded, ...removals.map(({ file }) => file)];
    await writeBook(host, { files, book: { ...planned(book), files: left, unneeded } }, AbortSignal.timeout(COMMIT_MS));
  }

  async deletionOf(vm: Vm, id: SnapshotId, signal: AbortSignal): Promise<SnapshotDeletion> {
    const host = this.#host;
    const { folder } = vm.files;
    const book = await readBook(host, vm.files, signal);
    const record = recordOf(book, id);
    await this.#refuseLinked(vm, id, signal);
    const left = { ...book, ...withoutSnapshot(book, id) };
    const own = await ownFiles(host, vm, signal);
    const sizes = await allocatedBytes(host, folder, signal);
    const named = namedFiles(left, vm.definition);
    const beside = [record.definition.saved?.file ?? '', ...keptNames(record)].filter((file) => !named.has(file));
    let freedBytes = beside.reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0);
    let copiedBytes = 0;
    for (const { file, into } of removalsOf(left, own)) {
      const format = [...book.files, ...own].find(({ name }) => name === into)?.format ?? 'qcow2';
      const below = into === null ? [] : await contentByDepth(host, { path: posix.join(folder, into), format }, signal);
      const copied = below[1] ?? 0;
      copiedBytes += copied;
      freedBytes += Math.max(0, (sizes.get(file) ?? 0) - copied);
    }
    const children = book.snapshots.filter(({ parentId }) => parentId === id).length + (vm.definition.snapshotId === id ? 1 : 0);
    return { freedBytes, copiedBytes, children };
  }

  /** Removes the files that nobody names: what was let go, and what a crash left behind. */
  async sweep(vm: Vm, signal: AbortSignal): Promise<void> {
    const host = this.#host;
    const book = await readBook(host, vm.files, signal);
    const named = namedFiles(book, vm.definition);
    for (const name of (await host.listFolder(vm.files.folder, signal)) ?? []) {
      if (named.has(name) || !(isOurs(name) || book.unneeded.includes(name))) continue;
      await host.remove(posix.join(vm.files.folder, name), signal);
    }
    if (book.unneeded.length > 0) await writeBook(host, { files: vm.files, book: { ...book, unneeded: [] } }, signal);
  }

  /** Whether its disks were written to since its snapshot; one that runs always counts. */
  async hasChanged(vm: Vm, signal: AbortSignal): Promise<boolean> {
    if (vm.connection !== null || vm.definition.snapshotId === null) return true;
    const { disks } = recordOf(await readBook(this.#host, vm.files, signal), vm.definition.snapshotId).definition;
    if (!isDeepStrictEqual(vm.definition.disks.map(withoutFileName), disks.map(withoutFileName))) return true;
    for (const disk of writable(vm.definition)) {
      if (!(await isUntouched(this.#host, imageOf(vm, disk), signal))) return true;
    }
    return false;
  }

  /** @throws AppError `filesLinked` while other machines are built upon its files */
  async #refuseLinked(vm: Vm, id: SnapshotId, signal: AbortSignal): Promise<void> {
    const { definition } = recordOf(await readBook(this.#host, vm.files, signal), id);
    const users = await fileUsers(this.#host, vm.files.folder, signal);
    const names = definition.disks.flatMap((disk) => users.get(diskPath(vm.files, disk)) ?? []);
    refuseLinked({ name: vm.machine.name, users: names });
  }

  async #saveRun(vm: Vm, onProgress: OnBytes, signal: AbortSignal): Promise<SavedMemory | null> {
    const { connection } = vm;
    if (connection === null) return null;
    const prepared = await vm.context.platform(signal);
    return await saveRun(vm, { connection, file: newMemoryFile(), prepared, onProgress }, signal);
  }
}

/** Each of them lies in another file after every snapshot. */
function withoutFileName({ file: _file, format: _format, ...disk }: VmDisk) {
  return disk;
}
