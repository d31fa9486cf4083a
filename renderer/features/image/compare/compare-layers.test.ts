import { expect, test } from 'vitest';
import { compareLayers } from './compare-layers.ts';

const layer = (chainId: string, diffId: string, sizeBytes: number) => ({ chainId, diffId, sizeBytes });

test('layers are shared from the bottom up; the same content above others is a copy', () => {
  const one = { engineId: 'docker', layers: [layer('a', 'da', 100), layer('ab', 'db', 10), layer('abx', 'dx', 5)] };
  const other = { engineId: 'docker', layers: [layer('a', 'da', 100), layer('ac', 'dc', 20), layer('acx', 'dx', 5)] };
  expect(compareLayers(one, other)).toEqual({
    one: ['shared', 'own', 'copy'],
    other: ['shared', 'own', 'copy'],
    sharedBytes: 100,
    copiedBytes: 5,
    ownBytes: { one: 10, other: 20 },
  });
});

test('two engines share nothing, even of the same image', () => {
  const layers = [layer('a', 'da', 100)];
  const { one, sharedBytes, copiedBytes } = compareLayers({ engineId: 'docker', layers }, { engineId: 'podman', layers });
  expect([one, sharedBytes, copiedBytes]).toEqual([['copy'], 0, 100]);
});
