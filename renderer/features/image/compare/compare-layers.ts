import type { ImageDetails } from '../../../../backend/contract/index.ts';

/**
 * - `shared`: the same layer on the same engine, kept once
 * - `copy`: the same content on top of other layers, or on another engine: kept twice
 * - `own`: only this image has it
 */
export type LayerKinship = 'shared' | 'copy' | 'own';

export interface Comparison {
  /** For each layer of the one, and of the other. */
  one: LayerKinship[];
  other: LayerKinship[];
  sharedBytes: number;
  copiedBytes: number;
  ownBytes: { one: number; other: number };
}

type Layers = Pick<ImageDetails, 'layers'> & { engineId: string };

export function compareLayers(one: Layers, other: Layers): Comparison {
  const kinship = (image: Layers, opposite: Layers) => {
    const chains = new Set(image.engineId === opposite.engineId ? opposite.layers.map(({ chainId }) => chainId) : []);
    const diffs = new Set(opposite.layers.map(({ diffId }) => diffId));
    return image.layers.map(({ chainId, diffId }): LayerKinship => (chains.has(chainId) ? 'shared' : diffs.has(diffId) ? 'copy' : 'own'));
  };
  const kinships = { one: kinship(one, other), other: kinship(other, one) };
  const bytesOf = (image: Layers, kinds: LayerKinship[], wanted: LayerKinship) =>
    image.layers.reduce((sum, { sizeBytes }, index) => (kinds[index] === wanted ? sum + sizeBytes : sum), 0);
  return {
    ...kinships,
    sharedBytes: bytesOf(one, kinships.one, 'shared'),
    copiedBytes: bytesOf(one, kinships.one, 'copy'),
    ownBytes: { one: bytesOf(one, kinships.one, 'own'), other: bytesOf(other, kinships.other, 'own') },
  };
}
