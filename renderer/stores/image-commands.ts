import type {
  CommitRequest,
  EngineId,
  ImageId,
  ImportImageRequest,
  MachineId,
  Problem,
  ScannerName,
} from '../../backend/contract/index.ts';
import type { BackendConnection } from '../backend/index.ts';
import type { Notices } from './notices.ts';
import type { UiStore } from './ui.ts';

/**
 * What a person can ask for with images. None of these throws. Those of a form answer with the problem, for it is shown there;
 * those that go on as a task open the tray, which shows how far they are and what became of them.
 */
export interface ImageCommands {
  tagImage(id: ImageId, name: string): Promise<Problem | null>;
  untagImage(id: ImageId, name: string): Promise<void>;
  /** Images of one engine, as one file that the person saves. */
  saveImages(ids: readonly ImageId[]): Promise<void>;
  /** What is in the image, as a CycloneDX document. */
  saveSbom(id: ImageId, scanner: ScannerName): Promise<void>;
  loadImages(engineId: EngineId, files: readonly File[]): Promise<void>;
  importImage(file: File, request: Pick<ImportImageRequest, 'engineId' | 'name' | 'message' | 'changes'>): Promise<void>;
  commitMachine(request: CommitRequest): Promise<Problem | null>;
  /** Removes the machines first, whatever they do; the images stay when one of those does. */
  removeImagesWith(ids: readonly ImageId[], machines: readonly MachineId[]): Promise<void>;
}

export function createImageCommands(parts: {
  connection: BackendConnection;
  notices: Notices;
  ui: UiStore;
  removeImages: (ids: readonly ImageId[]) => Promise<void>;
}): ImageCommands {
  const { connection, notices, ui } = parts;
  const { client } = connection;

  async function problemOf(call: Promise<unknown>): Promise<Problem | null> {
    try {
      await call;
      return null;
    } catch (error) {
      return connection.problemOf(error);
    }
  }

  /** With the tray open, a failure is shown at its task. */
  async function asTask(call: Promise<unknown>, subject: string | null): Promise<void> {
    ui.setState({ tasksOpen: true });
    const problem = await problemOf(call);
    if (problem !== null && !ui.getState().tasksOpen) notices.tell(problem, subject);
  }

  return {
    tagImage: (id, name) => problemOf(client.images.tag({ id, name })),
    async untagImage(id, name) {
      const problem = await problemOf(client.images.untag({ id, name }));
      if (problem !== null) notices.tell(problem, name);
    },
    saveImages: (ids) =>
      asTask(
        connection.saveFile((transferId) => client.images.save({ ids: [...ids], transferId })),
        null,
      ),
    async saveSbom(id, scanner) {
      const problem = await problemOf(connection.saveFile((transferId) => client.imageScans.saveSbom({ id, scanner, transferId })));
      if (problem !== null) notices.tell(problem);
    },
    async loadImages(engineId, files) {
      const load = (file: File) =>
        connection.sendFile(file, (transferId) => client.images.load({ engineId, transferId, fileName: file.name, sizeBytes: file.size }));
      await Promise.all(files.map((file) => asTask(load(file), file.name)));
    },
    importImage: (file, request) =>
      asTask(
        connection.sendFile(file, (transferId) =>
          client.images.importFilesystem({ ...request, transferId, fileName: file.name, sizeBytes: file.size }),
        ),
        file.name,
      ),
    async commitMachine(request) {
      ui.setState({ tasksOpen: true });
      return problemOf(client.images.commit(request));
    },
    async removeImagesWith(ids, machines) {
      if (machines.length > 0) {
        const answers = await client.machines.act({ ids: [...machines], action: 'remove', force: true }).catch((error) => {
          notices.tell(connection.problemOf(error));
          return null;
        });
        const refused = answers?.find(({ problem }) => problem !== null);
        if (refused?.problem != null) notices.tell(refused.problem);
        if (answers === null || refused !== undefined) return;
      }
      await parts.removeImages(ids);
    },
  };
}
