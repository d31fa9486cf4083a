import {
  type FileChange,
  type FileListing,
  type FilePlace,
  type FileView,
  MAX_VIEW_BYTES,
  type MachineId,
  splitId,
  type TransferId,
  type VolumeId,
} from '../contract/index.ts';
import type { Driver } from '../drivers/driver.ts';
import { facetOf } from '../drivers/facets.ts';
import type { FileTree } from '../drivers/files.ts';
import type { TaskProgress, Tasks } from '../tasks/index.ts';
import type { Transfers } from '../transfers/index.ts';
import { checkedTar } from './checked-tar.ts';
import { counted, until } from './counted.ts';

/** The commands on files, the same for containers and volumes. All throw what a FileTree throws. */
export interface FileService {
  list(place: FilePlace, path: string, signal: AbortSignal): Promise<FileListing>;
  view(place: FilePlace, path: string, signal: AbortSignal): Promise<FileView>;
  makeFolder(place: FilePlace, path: string, signal: AbortSignal): Promise<void>;
  rename(place: FilePlace, paths: { from: string; to: string }, signal: AbortSignal): Promise<void>;
  remove(place: FilePlace, what: { folder: string; names: string[] }, signal: AbortSignal): Promise<void>;
  changes(id: MachineId, signal: AbortSignal): Promise<FileChange[]>;
  /** Unpacks the tar that the page sends into a folder; a task. @throws AppError archiveHostile, archiveInvalid, fileDiskFull */
  upload(request: UploadRequest): Promise<void>;
  /** Gives the page a file as it is, or a folder as a tar; a task. */
  download(request: { place: FilePlace; path: string; asTar: boolean; transferId: TransferId }): Promise<void>;
}

export interface UploadRequest {
  place: FilePlace;
  folder: string;
  /** Shown with the task. */
  subject: string;
  sizeBytes: number;
  transferId: TransferId;
}

export interface FileServiceDeps {
  tasks: Tasks;
  transfers: Pick<Transfers, 'receive' | 'send'>;
  driverOf: (id: MachineId | VolumeId) => Driver;
}

export function createFileService({ tasks, transfers, driverOf }: FileServiceDeps): FileService {
  function open(place: FilePlace, signal: AbortSignal): Promise<FileTree> {
    if ('machineId' in place) return facetOf(driverOf(place.machineId), 'files').open(place.machineId, signal);
    return facetOf(driverOf(place.volumeId), 'volumes').open(place.volumeId, signal);
  }

  return {
    async list(place, path, signal) {
      await using tree = await open(place, signal);
      return await tree.list(path, signal);
    },

    async view(place, path, signal) {
      await using tree = await open(place, signal);
      const { path: found, sizeBytes, bytes } = await tree.read(path, { maxBytes: MAX_VIEW_BYTES }, signal);
      const chunks: Uint8Array[] = [];
      for await (const chunk of bytes) chunks.push(chunk);
      return { path: found, sizeBytes, content: Buffer.concat(chunks).toString('base64') };
    },

    async makeFolder(place, path, signal) {
      await using tree = await open(place, signal);
      await tree.makeFolder(path, signal);
    },

    async rename(place, { from, to }, signal) {
      await using tree = await open(place, signal);
      await tree.rename(from, to, signal);
    },

    async remove(place, { folder, names }, signal) {
      await using tree = await open(place, signal);
      await tree.remove(folder, names, signal);
    },

    async changes(id, signal) {
      // A machine without an image to compare with has changed nothing of it.
      return (await facetOf(driverOf(id), 'files').changes?.(id, signal)) ?? [];
    },

    async upload({ place, folder, subject, sizeBytes, transferId }) {
      const machine = 'machineId' in place ? { machineId: place.machineId } : {};
      await tasks.run({ kind: 'uploadFiles', subject, cancellable: true, ...machine }, async (report, signal) => {
        await using tree = await open(place, signal);
        await transfers.receive(
          transferId,
          (bytes) => {
            const tar = checkedTar(counted(until(bytes, signal), tellBytes(report, sizeBytes)));
            return tree.unpack(folder, tar, { keepRoot: false }, signal);
          },
          signal,
        );
      }).result;
    },

    async download({ place, path, asTar, transferId }) {
      const name = path.slice(path.lastIndexOf('/') + 1) || placeName(place);
      const machine = 'machineId' in place ? { machineId: place.machineId } : {};
      await tasks.run({ kind: 'downloadFiles', subject: name, cancellable: true, ...machine }, async (report, signal) => {
        await using stack = new AsyncDisposableStack();
        const openFile = async () => {
          const tree = stack.use(await open(place, signal));
          if (asTar) {
            // What is not there is told before anything is sent.
            await tree.list(path, signal);
            const bytes = counted(until(tree.pack(path, signal), signal), tellBytes(report, null));
            return { file: { name: `${shownName(name)}.tar`, sizeBytes: null }, bytes };
          }
          const { sizeBytes, bytes } = await tree.read(path, {}, signal);
          const told = counted(until(bytes, signal), tellBytes(report, sizeBytes));
          // A file that grows meanwhile has another size in the end: the stream's own end is what counts.
          return { file: { name: shownName(name), sizeBytes: null }, bytes: told };
        };
        await transfers.send(transferId, openFile, signal);
      }).result;
    },
  };
}

export function tellBytes(report: (progress: TaskProgress) => void, totalBytes: number | null): (doneBytes: number) => void {
  return (doneBytes) => report({ doneBytes, totalBytes, progress: totalBytes ? Math.min(1, doneBytes / totalBytes) : null });
}

function placeName(place: FilePlace): string {
  return splitId('machineId' in place ? place.machineId : place.volumeId).nativeId;
}

/** A header takes no lone surrogates, and no control characters. */
function shownName(name: string): string {
  return name.toWellFormed().replace(/[\p{Cc}\p{Cf}]/gu, '_');
}
