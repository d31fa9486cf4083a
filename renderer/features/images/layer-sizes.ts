import type { Image, ImageId } from '../../../backend/contract/index.ts';

/** What one image takes on disk. */
export interface ImageSizes {
  /** Of layers that no other image has: what its removal gives back. */
  uniqueBytes: number;
  /** Of layers that others have too. Unique and shared make up its size. */
  sharedBytes: number;
  /** Those others, the one with the most in common first. */
  sharedWith: readonly Image[];
}

/**
 * Layers are counted by engine: two engines keep their own. The unique bytes of all images and the shared layers, each once,
 * make up what all images take.
 */
export function sizesOf(images: readonly Image[]): ReadonlyMap<ImageId, ImageSizes> {
  const holders = holdersOf(images);
  const sizes = new Map<ImageId, ImageSizes>();
  for (const image of images) {
    let uniqueBytes = 0;
    let sharedBytes = 0;
    const common = new Map<Image, number>();
    for (const layer of image.layers) {
      const others = holders.get(keyOf(image, layer.chainId))?.images ?? [];
      if (others.length <= 1) uniqueBytes += layer.sizeBytes;
      else sharedBytes += layer.sizeBytes;
      for (const other of others) if (other !== image) common.set(other, (common.get(other) ?? 0) + layer.sizeBytes);
    }
    const sharedWith = [...common].sort(([, a], [, b]) => b - a).map(([other]) => other);
    sizes.set(image.id, { uniqueBytes, sharedBytes, sharedWith });
  }
  return sizes;
}

/** What the images take together: each layer once. */
export function bytesOnDisk(images: readonly Image[]): number {
  return sum(holdersOf(images).values());
}

/** What comes back when some are removed: the layers that none of the others has. */
export function bytesFreed(images: readonly Image[], removed: ReadonlySet<ImageId>): number {
  return sum([...holdersOf(images).values()].filter((layer) => layer.images.every(({ id }) => removed.has(id))));
}

interface HeldLayer {
  sizeBytes: number;
  images: Image[];
}

function holdersOf(images: readonly Image[]): Map<string, HeldLayer> {
  const layers = new Map<string, HeldLayer>();
  for (const image of images) {
    for (const { chainId, sizeBytes } of image.layers) {
      const key = keyOf(image, chainId);
      const layer = layers.get(key) ?? { sizeBytes, images: [] };
      layer.images.push(image);
      layers.set(key, layer);
    }
  }
  return layers;
}

function keyOf({ engineId }: Image, chainId: string): string {
  return `${engineId}/${chainId}`;
}

function sum(layers: Iterable<HeldLayer>): number {
  let bytes = 0;
  for (const { sizeBytes } of layers) bytes += sizeBytes;
  return bytes;
}
