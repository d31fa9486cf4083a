import type { UploadItem } from './tar-blob.ts';

/** What was dropped, folders with all in them. Must be called while the event is handled. */
export function droppedItems(data: DataTransfer): Promise<UploadItem[]> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const files = [...data.files];
  // Some browsers give files without entries.
  if (entries.length === 0) return Promise.resolve(pickedItems(files));
  return Promise.all(entries.map(walk)).then((all) => all.flat());
}

/** What a picker gave; a folder's files carry their path in it. */
export function pickedItems(files: readonly File[]): UploadItem[] {
  return files.map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

async function walk(entry: FileSystemEntry): Promise<UploadItem[]> {
  const path = entry.fullPath.replace(/^\//, '');
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const inside: FileSystemEntry[] = [];
  // Each call gives some of them, and none at the end.
  while (true) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    inside.push(...some);
  }
  return [{ path, file: null }, ...(await Promise.all(inside.map(walk))).flat()];
}

/** Asks for a folder; empty when the person leaves the picker. Must be called from a click. */
export function pickFolder(): Promise<File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.webkitdirectory = true;
    input.addEventListener('change', () => resolve([...(input.files ?? [])]));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}
