import { IgnoreRules, type TaskId } from '../../../backend/contract/index.ts';
import { type PackedFile, packTar } from './pack-tar.ts';

const DOCKERFILE = /^(?:.*\.)?(?:dockerfile|containerfile)(?:[.-].*)?$/i;

/** What the page can see of a folder that was dropped on it. It is walked anew for every build: its files may have changed. */
export interface DroppedFolder {
  name: string;
  entry: FileSystemDirectoryEntry;
}

export interface DroppedPreview {
  dockerfiles: string[];
  dockerfile: string | null;
}

/** The first folder among what was dropped; null when there is none. To be called while the event is handled. */
export function folderOf(items: DataTransferItemList): DroppedFolder | null {
  for (const item of items) {
    const entry = item.webkitGetAsEntry();
    if (entry?.isDirectory) return { name: entry.name, entry: entry as FileSystemDirectoryEntry };
  }
  return null;
}

export async function previewDropped(folder: DroppedFolder, dockerfile: string | null): Promise<DroppedPreview> {
  const names = (await entriesOf(folder.entry)).filter((entry) => entry.isFile).map(({ name }) => name);
  const dockerfiles = names.filter((name) => DOCKERFILE.test(name) && !/ignore$/i.test(name)).sort(defaultFirst);
  const chosen = dockerfile ?? dockerfiles[0];
  return { dockerfiles, dockerfile: chosen === undefined ? null : await textOf(folder.entry, chosen) };
}

/** Everything that the folder's rules let into a build, as a tar archive that is read when it is sent. */
export async function packDropped(folder: DroppedFolder, dockerfile: string): Promise<Blob> {
  const own = `${dockerfile}.dockerignore`;
  const rules = new IgnoreRules((await textOf(folder.entry, own)) ?? (await textOf(folder.entry, '.dockerignore')) ?? '');
  const files: PackedFile[] = [];
  const folders: string[] = [];
  async function walk(directory: FileSystemDirectoryEntry, path: string): Promise<void> {
    for (const entry of await entriesOf(directory)) {
      const relative = path === '' ? entry.name : `${path}/${entry.name}`;
      const ignored = rules.ignores(relative);
      if (entry.isDirectory) {
        if (!ignored) folders.push(relative);
        if (!ignored || rules.mayTakeFrom(relative) || dockerfile.startsWith(`${relative}/`))
          await walk(entry as FileSystemDirectoryEntry, relative);
      } else if (!ignored || relative === dockerfile || relative === own || relative === '.dockerignore') {
        // The rules and the Dockerfile are read by the builder, which leaves them out of the image itself.
        files.push({ path: relative, file: await fileOf(entry as FileSystemFileEntry) });
      }
    }
  }
  await walk(folder.entry, '');
  return packTar(files, folders);
}

const remembered = new Map<TaskId, DroppedFolder>();

/** While the page lives, a build of a dropped folder can be repeated: nobody but the page can read it. */
export const droppedFolders = {
  of: (id: TaskId): DroppedFolder | null => remembered.get(id) ?? null,
  remember: (id: TaskId, folder: DroppedFolder): void => void remembered.set(id, folder),
};

/** A browser gives them in portions, until an empty one. */
async function entriesOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  while (true) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (portion.length === 0) return all;
    all.push(...portion);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

async function textOf(directory: FileSystemDirectoryEntry, path: string): Promise<string | null> {
  try {
    const entry = await new Promise<FileSystemEntry>((resolve, reject) => directory.getFile(path, {}, resolve, reject));
    return await (await fileOf(entry as FileSystemFileEntry)).text();
  } catch {
    return null;
  }
}

function defaultFirst(a: string, b: string): number {
  const rank = (name: string) => ['Dockerfile', 'Containerfile'].indexOf(name) >>> 0;
  return rank(a) - rank(b) || a.localeCompare(b);
}
