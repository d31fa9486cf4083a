import type { GuestImage, Task } from '../../../backend/contract/index.ts';
import type { Sort } from '../../ui/Table.tsx';

/** An image with the task that prepares it: a row changes with either. */
export interface GuestImageRow {
  image: GuestImage;
  task: Task | null;
}

/** The same objects as `before` where nothing changed, so that a table draws only the others again. */
export function rowsOf(of: { images: readonly GuestImage[]; tasks: readonly Task[]; before: readonly GuestImageRow[] }): GuestImageRow[] {
  const known = new Map(of.before.map((row) => [row.image.id, row]));
  return of.images.map((image) => {
    const task = image.taskId === null ? null : (of.tasks.find(({ id }) => id === image.taskId) ?? null);
    const row = known.get(image.id);
    return row?.image === image && row.task === task ? row : { image, task };
  });
}

export function guestImageMatches({ image }: GuestImageRow, filter: string): boolean {
  const text = [image.name, image.osName, image.architecture, image.kind, ...image.usedBy].join(' ').toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

export function sortGuestImages(rows: readonly GuestImageRow[], { column, direction }: Sort): GuestImageRow[] {
  const sign = direction === 'ascending' ? 1 : -1;
  return rows.toSorted((one, other) => sign * compare(one.image, other.image, column) || one.image.name.localeCompare(other.image.name));
}

function compare(one: GuestImage, other: GuestImage, column: string): number {
  switch (column) {
    case 'size':
      return one.sizeBytes - other.sizeBytes;
    case 'virtual':
      return (one.virtualBytes ?? 0) - (other.virtualBytes ?? 0);
    case 'added':
      return one.addedAtMs - other.addedAtMs;
    default:
      return one.name.localeCompare(other.name, undefined, { numeric: true });
  }
}

/** Endings that the library takes, as the browser's picker wants them; what a file is, its content says. */
export const IMAGE_ENDINGS = '.qcow2,.img,.raw,.vmdk,.vhdx,.vdi,.iso';

/** What a file is called without its folder and its ending: a name to propose. */
export function nameFrom(file: string): string {
  const last = file.split(/[/?#]/).findLast((part) => part !== '') ?? '';
  return last.replace(/\.(qcow2|img|raw|vmdk|vhdx|vdi|iso)$/i, '').slice(0, 100);
}
