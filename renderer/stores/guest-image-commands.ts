import type { DownloadRequest, GuestImage, GuestImageId } from '../../backend/contract/index.ts';
import type { BackendConnection } from '../backend/index.ts';
import type { Notices } from './notices.ts';

/** What a person can ask for with images for virtual machines. None of these throws: a failure is told as a notice. */
export interface GuestImageCommands {
  /** Answers when the image is ready: true, or false when it is not. The same holds for those below. */
  download(entryId: GuestImageId, name: string): Promise<boolean>;
  downloadFrom(request: DownloadRequest): Promise<boolean>;
  /** A file of the computer that the app runs on. */
  importFile(request: { path: string; name: string }): Promise<boolean>;
  upload(file: File, name: string): Promise<boolean>;
  resume(image: GuestImage): Promise<boolean>;
  pause(image: GuestImage): Promise<void>;
  remove(images: readonly GuestImage[]): Promise<void>;
}

export function createGuestImageCommands(parts: { connection: BackendConnection; notices: Notices }): GuestImageCommands {
  const { connection, notices } = parts;
  const { client } = connection;

  async function attempt(call: Promise<unknown>, subject: string): Promise<boolean> {
    try {
      await call;
      return true;
    } catch (error) {
      const problem = connection.problemOf(error);
      // Whoever paused or cancelled it knows.
      if (problem.code !== 'cancelled') notices.tell(problem, subject);
      return false;
    }
  }

  return {
    download: (entryId, name) => attempt(client.guestImages.download({ entryId }), name),
    downloadFrom: (request) => attempt(client.guestImages.downloadFrom(request), request.name),
    importFile: (request) => attempt(client.guestImages.import(request), request.name),
    upload: (file, name) =>
      attempt(
        connection.sendFile(file, (transferId) =>
          client.guestImages.upload({ fileName: file.name, name, sizeBytes: file.size, transferId }),
        ),
        name,
      ),
    resume: (image) => attempt(client.guestImages.resume({ id: image.id }), image.name),
    async pause(image) {
      await attempt(client.guestImages.pause({ id: image.id }), image.name);
    },
    async remove(images) {
      await Promise.all(images.map((image) => attempt(client.guestImages.remove({ id: image.id }), image.name)));
    },
  };
}
