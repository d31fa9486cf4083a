import type { Catalogue, DownloadRequest, GuestImage, GuestImageId, TransferId } from '../contract/index.ts';

/** A machine's disk to be made of an image. */
export interface DiskRequest {
  imageId: GuestImageId;
  /** Where; there must be nothing yet. */
  path: string;
  /** What the guest sees of it; at least what the image has. */
  sizeBytes: number;
  /** A file of its own with all of the image's content, instead of one on top of it. */
  copy: boolean;
}

/**
 * The library of disks and discs that virtual machines are made of. A file in it never changes. Long work is a task; whoever asks for
 * something that is on its way already, waits for the same.
 */
export interface GuestImages extends AsyncDisposable {
  /** By name. Slow reader: `latest`. */
  watch(signal: AbortSignal): AsyncIterable<GuestImage[]>;
  /** @throws AppError guestImageMissing */
  get(id: GuestImageId): GuestImage;
  /** The built-in one with the person's own entries, read anew. */
  catalogue(signal: AbortSignal): Promise<Catalogue>;
  /**
   * Returns the image that is there when the publisher still says the same sum of it.
   * @throws AppError catalogueEntryMissing, and what downloads and checks throw
   */
  download(entryId: GuestImageId): Promise<{ id: GuestImageId }>;
  downloadFrom(request: DownloadRequest): Promise<{ id: GuestImageId }>;
  /** Stops a download that goes on later from where it is. @throws AppError guestImageMissing */
  pause(id: GuestImageId): Promise<void>;
  /** @throws AppError guestImageMissing */
  resume(id: GuestImageId): Promise<{ id: GuestImageId }>;
  import(request: { path: string; name: string }): Promise<{ id: GuestImageId }>;
  upload(request: { fileName: string; name: string; sizeBytes: number; transferId: TransferId }): Promise<{ id: GuestImageId }>;
  /** Also what is on its way, or paused. @throws AppError guestImageMissing, guestImageInUse */
  remove(id: GuestImageId, signal: AbortSignal): Promise<void>;
  /**
   * Makes a qcow2 disk on top of an image, or a copy of it. Nothing is left after a failure or an abort.
   * @param onProgress a fraction 0…1, for copies
   * @throws AppError guestImageMissing, guestImageNotReady, guestImageNotDisk, guestImageLarger, noSpace
   */
  diskFrom(request: DiskRequest, onProgress: (progress: number) => void, signal: AbortSignal): Promise<void>;
}
