import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDockerd, startPodman } from '../../../testing/engines.ts';
import { type LayeredImage, layeredArchive } from '../../../testing/layered-image.ts';
import type { Image, ImageId } from '../../contract/index.ts';
import { AppError, silentLogger, systemClock } from '../../core/index.ts';
import { connectDocker } from '../../drivers/docker/index.ts';
import type { Driver } from '../../drivers/driver.ts';
import { createLocalHost } from '../../hosts/local.ts';
import { createTasks, type Tasks } from '../../tasks/index.ts';
import { createLayerService, type LayerService } from './layer-service.ts';

const signal = new AbortController().signal;

const FILES: Record<string, string> = Object.fromEntries(
  Array.from({ length: 1500 }, (_, index) => [`lib/file${index}`, 'x'.repeat(index % 50)]),
);
const IMAGE: LayeredImage = {
  name: 'localhost/files:1',
  steps: [
    { createdBy: 'ADD rootfs /', files: { 'lib/': { type: 'directory' }, ...FILES, big: 'x'.repeat(100_000) } },
    { createdBy: 'ENV A=b' },
    { createdBy: 'RUN rm big', files: { '.wh.big': '' } },
    { createdBy: 'COPY file', files: { 'lib/': { type: 'directory' }, 'lib/file7': 'changed', 'lib/line\nbreak': '' } },
  ],
};

describe.each(['docker', 'podman'] as const)('%s', (product) => {
  const stack = new AsyncDisposableStack();
  let driver: Driver;
  let tasks: Tasks;
  let layers: LayerService;
  let image: Image;

  beforeAll(async () => {
    const engine = stack.use(product === 'docker' ? await startDockerd() : await startPodman());
    const host = stack.use(createLocalHost({ logger: silentLogger }));
    const target = { unixPath: engine.socket };
    driver = stack.use(await connectDocker({ host, target, engine: engine.engine, clock: systemClock, logger: silentLogger }, signal));
    const archive = await layeredArchive([IMAGE]);
    const load = async function* () {
      yield archive;
    };
    if (driver.images === undefined) throw new Error('it keeps images');
    await driver.images.loadAll(load(), signal);
    [image] = (await driver.images.list(signal)) as [Image];
    tasks = stack.use(createTasks({ clock: systemClock, logger: silentLogger }));
    layers = createLayerService({ tasks, driverOf: () => driver, image: imageOf });
  });
  afterAll(() => stack.disposeAsync());

  function imageOf(id: ImageId): Image {
    if (id !== image.id) throw new AppError('imageMissing', { image: id });
    return image;
  }

  test('the engine’s own archive tells every file of every layer', async () => {
    const { layers: found, wastedBytes } = await layers.read(image.id);
    expect(found.map(({ added, changed, removed }) => [added.files, changed.files, removed.files])).toEqual([
      [1501, 0, 0],
      [0, 0, 1],
      [1, 1, 0],
    ]);
    expect(wastedBytes).toBe(100_007);
    // The layers of the archive are those of the list.
    expect(image.layers).toHaveLength(3);
  });

  test('folders come in pages, and files are found', async () => {
    const root = await layers.list({ id: image.id, layer: 0, folder: '', offset: 0 });
    expect(root.entries.map(({ name, inside }) => [name, inside])).toEqual([
      ['lib', 1500],
      ['big', 0],
    ]);
    const pages = [];
    for (const offset of [0, 1000]) pages.push(await layers.list({ id: image.id, layer: 0, folder: 'lib', offset }));
    expect(pages.map(({ entries, total }) => [entries.length, total])).toEqual([
      [1000, 1500],
      [500, 1500],
    ]);
    const found = await layers.find({ id: image.id, layer: 2, text: 'FILE7', changes: ['changed'], wastedOnly: false, offset: 0 });
    expect(found.entries.map(({ path }) => path)).toEqual(['lib/file7']);
    await expect(layers.list({ id: image.id, layer: 9, folder: '', offset: 0 })).rejects.toMatchObject({ reason: 'invalidInput' });
  });

  test('a reading that is cancelled ends, and the next one begins anew', async () => {
    const fresh = createLayerService({ tasks, driverOf: () => driver, image: imageOf });
    const reading = fresh.read(image.id);
    const cancelled = expect(reading).rejects.toMatchObject({ reason: 'cancelled' });
    for await (const all of tasks.watch(signal)) {
      const task = all.find(({ state }) => state === 'running');
      if (task === undefined) continue;
      await tasks.cancel(task.id);
      break;
    }
    await cancelled;
    expect((await fresh.read(image.id)).layers).toHaveLength(3);
  });

  test('an image that was removed meanwhile is missing', async () => {
    const fresh = createLayerService({ tasks, driverOf: () => driver, image: imageOf });
    await driver.images?.remove(image.id, signal);
    await expect(fresh.read(image.id)).rejects.toMatchObject({ reason: 'imageMissing' });
  });
});
