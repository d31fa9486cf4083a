import type { VmDisk } from '../../../contract/index.ts';
import { AppError } from '../../../core/index.ts';
import { type Definition, dataDiskNumber, MOST_DATA_DISKS } from '../definition.ts';

/** What the files of disks are called that were added later. */
export const DATA_FILE = /^(data\d)\.(qcow2|raw)$/;

/** Why the machine takes no disk more. */
export function addRefusal({ guest, disks, name, saved }: Pick<Definition, 'guest' | 'disks' | 'name' | 'saved'>): AppError | null {
  if (guest.type === 'workload') return new AppError('diskWorkloadOne', { name });
  if (saved !== null) return new AppError('diskSuspended', { name });
  const count = disks.filter(({ id }) => dataDiskNumber(id) !== null).length;
  return count >= MOST_DATA_DISKS ? new AppError('diskTooMany', { name, count }) : null;
}

/** The first id whose disk and whose file nobody has. */
export function freeDiskId(disks: readonly VmDisk[], files: readonly string[]): string {
  for (let number = 1; number <= MOST_DATA_DISKS; number++) {
    const id = `data${number}`;
    if (!disks.some((disk) => disk.id === id) && !files.some((file) => file.startsWith(`${id}.`))) return id;
  }
  throw new AppError('diskTooMany', { name: '', count: MOST_DATA_DISKS });
}

export function detachedFile(file: string): { id: string; format: 'qcow2' | 'raw' } {
  const [, id, ending] = DATA_FILE.exec(file) ?? [];
  if (id === undefined) throw new AppError('fileMissing', { path: file });
  return { id, format: ending === 'raw' ? 'raw' : 'qcow2' };
}
