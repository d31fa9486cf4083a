import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type GuestImageId, guestImage } from '../contract/index.ts';
import { type Logger, messageOf, writeWholeFile } from '../core/index.ts';

const RECORD = 'image.json';
/** What files are called that the page sends and the library does not keep: no image's name begins so. */
export const RECEIVED = '.received-';
/** As the contract has it, without what follows from other things. */
const record = guestImage
  .omit({ state: true, taskId: true, problem: true, path: true, usedBy: true })
  .extend({ version: z.literal(1), ready: z.boolean() });
export type ImageRecord = z.infer<typeof record>;

/** The library on disk: one folder an image, with `image.json` and the image itself. */
export class ImageFolders {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  folderOf(id: GuestImageId): string {
    return join(this.#folder, id);
  }

  /** Where a machine's disk may point to: never moved, never written once the image is ready. */
  fileOf({ id, kind }: Pick<ImageRecord, 'id' | 'kind'>): string {
    return join(this.#folder, id, kind === 'iso' ? 'disc.iso' : 'disk.qcow2');
  }

  /** What comes from elsewhere lies here until it has been checked. */
  incomingOf(id: GuestImageId): string {
    return join(this.#folder, id, 'incoming');
  }

  /** Folders that cannot be read are left alone, and told of: somebody's disks may lie on top of what is in them. */
  async load(logger: Logger): Promise<ImageRecord[]> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const records: ImageRecord[] = [];
    for (const name of await readdir(this.#folder)) {
      // Of a run of the app that ended in the middle of it.
      if (name.startsWith(RECEIVED)) {
        await rm(join(this.#folder, name), { force: true });
        continue;
      }
      const path = join(this.#folder, name, RECORD);
      try {
        const read = record.parse(JSON.parse(await readFile(path, 'utf8')));
        if (read.id === name) records.push(read);
      } catch (error) {
        logger.warn('a guest image cannot be read', { path, error: messageOf(error) });
      }
    }
    return records;
  }

  async save(value: ImageRecord): Promise<void> {
    await writeWholeFile(join(this.folderOf(value.id), RECORD), `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  }

  async remove(id: GuestImageId): Promise<void> {
    await rm(this.folderOf(id), { recursive: true, force: true });
  }
}
