import { type ImageId, imageId, splitId } from '../../../backend/contract/index.ts';

export const IMAGE_TABS = ['overview', 'layers', 'compare', 'contents'] as const;
export type ImageTab = (typeof IMAGE_TABS)[number];

/** `/images/<engine>/<native id>/<tab>`; the id's parts are percent-encoded, the tab may be left out. */
export function imageUrl(id: ImageId, tab: ImageTab = 'overview'): string {
  const { engineId, nativeId } = splitId(id);
  return `/images/${encodeURIComponent(engineId)}/${encodeURIComponent(nativeId)}/${tab}`;
}

/** Null when the address is no image's; a tab that does not exist is read as the first one. */
export function parseImageUrl(path: string): { id: ImageId; tab: ImageTab } | null {
  const [empty, page, engine, native, tab = 'overview', ...rest] = path.split('/');
  if (empty !== '' || page !== 'images' || engine === undefined || native === undefined || rest.length > 0) return null;
  const id = imageId.safeParse(`${decode(engine)}/${decode(native)}`);
  if (!id.success) return null;
  return { id: id.data, tab: IMAGE_TABS.find((known) => known === tab) ?? 'overview' };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
