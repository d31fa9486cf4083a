import type { Catalogue, DownloadRequest, GuestImage, GuestImageId, TransferId } from '../contract/index.ts';
import type { Clock, Logger } from '../core/index.ts';
import type { Downloads } from '../downloads/index.ts';
import type { Host } from '../hosts/host.ts';
import type { Tasks } from '../tasks/index.ts';
import type { Transfers } from '../transfers/index.ts';
import type { DiskRequest } from './disk-from.ts';
import type { DiskFile, LentDisk } from './lent.ts';
import type { Report } from './take-in.ts';

/**
 * The library of disks and discs that virtual machines are made of. A file in it never changes. Long work is a task; whoever asks for
 * something that is on its way already, waits for the same.
 */
export interface GuestImages extends AsyncDisposable {
  /** By name. Slow reader: `latest`. */
  watch(signal: AbortSignal): AsyncIterable<GuestImage[]>;
  /** @throws AppError guestImageMissing */
  get(id: GuestImageId): GuestImage;
  /** The image whose file this is; null: it is none of the library’s. */
  at(path: string): GuestImage | null;
  /** The built-in one with the person's own entries, read anew. */
  catalogue(signal: AbortSignal): Promise<Catalogue>;
  /**
   * Returns the image that is there when the publisher still says the same sum of it; goes on with one that is paused.
   * @throws AppError catalogueEntryMissing, checksumUnpublished, and what downloads and checks throw
   */
  download(entryId: GuestImageId): Promise<{ id: GuestImageId }>;
  downloadFrom(request: DownloadRequest): Promise<{ id: GuestImageId }>;
  /** Stops a download, which can go on later from where it is. @throws AppError guestImageMissing */
  pause(id: GuestImageId): Promise<void>;
  /** @throws AppError guestImageMissing, catalogueEntryMissing, and what downloads and checks throw */
  resume(id: GuestImageId): Promise<{ id: GuestImageId }>;
  /** A file of this computer, told by its content; it is only read. */
  import(request: { path: string; name: string }): Promise<{ id: GuestImageId }>;
  upload(request: { fileName: string; name: string; sizeBytes: number; transferId: TransferId }): Promise<{ id: GuestImageId }>;
  /** Also what is on its way, or paused. @throws AppError guestImageMissing, guestImageInUse, guestImageBusy */
  remove(id: GuestImageId, signal: AbortSignal): Promise<void>;
  /** Looks anew at what machines use. */
  refreshUsers(signal: AbortSignal): Promise<void>;
  /**
   * Makes a qcow2 disk on top of an image, or a copy of it. Nothing is left after a failure or an abort.
   * @param onProgress a fraction 0…1, for copies
   * @throws AppError guestImageMissing, guestImageNotReady, guestImageNotDisk, guestImageLarger, fileTaken, noSpace
   */
  diskFrom(request: DiskRequest, onProgress: (progress: number) => void, signal: AbortSignal): Promise<void>;
  /** A disk that does not come into the library, for as long as `use` takes. @throws AppError as `lendDisk` has it */
  lend<T>(of: { from: DiskFile; use: (disk: LentDisk) => Promise<T> }, report: Report, signal: AbortSignal): Promise<T>;
}

export interface GuestImagesOptions {
  host: Host;
  /** Of the library. */
  folder: string;
  /** The built-in catalogue, and the person's own. */
  catalogue: { folder: string; ownFile: string };
  /** Where machines' folders are: what lies on top of an image is found there. */
  machineFolders: readonly string[];
  downloads: Downloads;
  tasks: Tasks;
  transfers: Transfers;
  clock: Clock;
  logger: Logger;
}
