import type { DownloadRequest, GuestImage, GuestImageId } from '../../backend/contract/index.ts';
import type { BackendConnection } from '../backend/index.ts';
import type { Notices } from './notices.ts';

/** What a person can ask for with images for virtual machines. None of these throws: a failure is told as a notice. */
export interface GuestImageCommands {
  /** Answers when the image is ready, and with null when it is not. The same holds for those below. */
  download(entryId: GuestImageId, name: string): Promise<GuestImageId | null>;
  downloadFrom(request: DownloadRequest): Promise<GuestImageId | null>;
  /** A file of the computer that the app runs on. */
  importFile(request: { path: string; name: string }): Promise<GuestImageId | null>;
  upload(file: File, name: string): Promise<GuestImageId | null>;
  resume(image: GuestImage): Promise<GuestImageId | null>;
  pause(image: GuestImage): Promise<void>;
  remove(images: readonly GuestImage[]): Promise<void>;
}

export function createGuestImageCommands(parts: { connection: BackendConnection; notices: Notices }): GuestImageCommands {
  const { connection, notices } = parts;
  const { client } = connection;

  async function attempt<T>(call: Promise<T>, subject: string): Promise<T | null> {
    try {
      return await call;
    } catch (error) {
      const problem = connection.problemOf(error);
      // Whoever paused or cancelled it knows.
      if (problem.code !== 'cancelled') notices.tell(problem, subject);
      return null;
    }
  }

  async function bring(call: Promise<{ id: GuestImageId }>, name: string): Promise<GuestImageId | null> {
    return (await attempt(call, name))?.id ?? null;
  }

  return {
    download: (entryId, name) => bring(client.guestImages.download({ entryId }), name),
    downloadFrom: (request) => bring(client.guestImages.downloadFrom(request), request.name),
    importFile: (request) => bring(client.guestImages.import(request), request.name),
    upload: (file, name) =>
      bring(
        connection.sendFile(file, (transferId) =>
          client.guestImages.upload({ fileName: file.name, name, sizeBytes: file.size, transferId }),
        ),
        name,
      ),
    resume: (image) => bring(client.guestImages.resume({ id: image.id }), image.name),
    async pause(image) {
      await attempt(client.guestImages.pause({ id: image.id }), image.name);
    },
    async remove(images) {
      await Promise.all(images.map((image) => attempt(client.guestImages.remove({ id: image.id }), image.name)));
    },
  };
}
