import { type Image, type ImageId, type Machine, splitId } from '../../../backend/contract/index.ts';
import type { Sort } from '../../ui/Table.tsx';
import type { ImageSizes } from './layer-sizes.ts';

/** The first twelve digits, as engines write it. */
export function shortId(image: Image): string {
  return splitId(image.id)
    .nativeId.replace(/^sha256:/, '')
    .slice(0, 12);
}

export function imageTitle(image: Image, nameless: string): string {
  return image.names[0] ?? `${nameless} (${shortId(image)})`;
}

export function imageMatches(image: Image, filter: string): boolean {
  const hay = [...image.names, image.id].join('\n').toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => hay.includes(word));
}

/** Sorted anew; images without a name stand last. */
export function sortImages(images: readonly Image[], { column, direction }: Sort, sizes: ReadonlyMap<ImageId, ImageSizes>): Image[] {
  const sign = direction === 'ascending' ? 1 : -1;
  const byName = (a: Image, b: Image) =>
    Number(a.names.length === 0) - Number(b.names.length === 0) || sign * COLLATOR.compare(a.names[0] ?? a.id, b.names[0] ?? b.id);
  return [...images].sort((a, b) => {
    if (column === 'size') return sign * (a.sizeBytes - b.sizeBytes) || byName(a, b);
    if (column === 'unique' || column === 'shared') {
      const bytes = (image: Image) => sizes.get(image.id)?.[`${column}Bytes`] ?? 0;
      return sign * (bytes(a) - bytes(b)) || byName(a, b);
    }
    if (column === 'created') return sign * ((a.createdAtMs ?? 0) - (b.createdAtMs ?? 0)) || byName(a, b);
    return byName(a, b);
  });
}

const COLLATOR = new Intl.Collator(undefined, { numeric: true });

/** The machines that were made from each image, by its id. */
export type ImageUsers = ReadonlyMap<string, readonly Machine[]>;

export function usersByImage(machines: readonly Machine[]): ImageUsers {
  return Map.groupBy(
    machines.filter((machine) => machine.image?.id != null),
    (machine) => machine.image?.id ?? '',
  );
}

/** What was typed one on each line. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
