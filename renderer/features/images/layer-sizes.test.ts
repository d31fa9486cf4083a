import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type EngineId, type Image, toImageId } from '../../../backend/contract/index.ts';
import { bytesFreed, bytesOnDisk, sizesOf } from './layer-sizes.ts';

function image(engine: string, id: string, layers: [string, number][]): Image {
  const engineId = engine as EngineId;
  return {
    id: toImageId(engineId, id),
    engineId,
    names: [id],
    createdAtMs: null,
    sizeBytes: layers.reduce((sum, [, bytes]) => sum + bytes, 0),
    layers: layers.map(([chainId, sizeBytes]) => ({ chainId, sizeBytes })),
    architecture: null,
    starter: false,
  };
}

/** Images grow as trees: a layer's chain id says all that is below it. */
const images = fc
  .array(fc.tuple(fc.constantFrom('docker', 'podman'), fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 })), { maxLength: 8 })
  .map((all) =>
    all.map(([engine, steps], index) =>
      image(
        engine,
        `i${index}`,
        steps.map((step, depth): [string, number] => [steps.slice(0, depth + 1).join('/'), step.charCodeAt(0) + depth]),
      ),
    ),
  );

test('unique bytes and shared layers, each once, make up what is on disk', () => {
  fc.assert(
    fc.property(images, (all) => {
      const sizes = sizesOf(all);
      let unique = 0;
      for (const one of all) {
        const { uniqueBytes, sharedBytes } = sizes.get(one.id)!;
        expect(uniqueBytes + sharedBytes).toBe(one.sizeBytes);
        unique += uniqueBytes;
      }
      const holders = Map.groupBy(
        all.flatMap(({ engineId, layers }) => layers.map(({ chainId, sizeBytes }) => ({ key: `${engineId} ${chainId}`, sizeBytes }))),
        ({ key }) => key,
      );
      const shared = [...holders.values()].filter((held) => held.length > 1).reduce((sum, [held]) => sum + held!.sizeBytes, 0);
      expect(unique + shared).toBe(bytesOnDisk(all));
    }),
  );
});

test('what a removal gives back is what is gone from disk afterwards', () => {
  fc.assert(
    fc.property(images, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), (all, goes) => {
      const removed = new Set(all.filter((_, index) => goes[index]).map(({ id }) => id));
      const left = all.filter(({ id }) => !removed.has(id));
      expect(bytesFreed(all, removed)).toBe(bytesOnDisk(all) - bytesOnDisk(left));
    }),
  );
});

test('an image names those that it shares with, the nearest first, and never one of another engine', () => {
  const base = image('docker', 'base', [['b', 100]]);
  const app = image('docker', 'app', [
    ['b', 100],
    ['b/a', 10],
  ]);
  const fork = image('docker', 'fork', [
    ['b', 100],
    ['b/a', 10],
    ['b/a/f', 1],
  ]);
  const away = image('podman', 'away', [['b', 100]]);
  const sizes = sizesOf([base, app, fork, away]);
  expect(sizes.get(app.id)).toEqual({ uniqueBytes: 0, sharedBytes: 110, sharedWith: [fork, base] });
  expect(sizes.get(fork.id)?.uniqueBytes).toBe(1);
  expect(sizes.get(away.id)).toEqual({ uniqueBytes: 100, sharedBytes: 0, sharedWith: [] });
});
