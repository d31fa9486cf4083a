import type { Image } from '../../../backend/contract/index.ts';
import type { ImageUsers } from './list-images.ts';

export interface PruneChoice {
  /** `dangling`: images without a name; `unused`: all that no machine uses. */
  which: 'dangling' | 'unused';
  /** Made before this long ago; 0 for any age. */
  olderThanMs: number;
}

/** What a prune would take: never an image that a machine uses, and never the starter image. */
export function prunable(
  images: readonly Image[],
  users: ImageUsers,
  { which, olderThanMs, nowMs }: PruneChoice & { nowMs: number },
): Image[] {
  return images.filter(
    (image) =>
      !users.has(image.id) &&
      !image.starter &&
      (which === 'unused' || image.names.length === 0) &&
      (olderThanMs === 0 || (image.createdAtMs !== null && image.createdAtMs < nowMs - olderThanMs)),
  );
}
