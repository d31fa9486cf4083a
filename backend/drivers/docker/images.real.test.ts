import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { type Pack, pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDockerd, startPodman, type TestEngine } from '../../../testing/engines.ts';
import { type LayeredImage, layeredArchive } from '../../../testing/layered-image.ts';
import type { Image, ImageId, MachineId } from '../../contract/index.ts';
import { silentLogger, systemClock } from '../../core/index.ts';
import { createLocalHost } from '../../hosts/local.ts';
import type { Driver, ImagesFacet } from '../driver.ts';
import { EngineClient } from './engine-client.ts';
import { connectDocker } from './index.ts';

const run = promisify(execFile);
const signal = new AbortController().signal;
const NAMELESS = { name: '', comment: '', author: '', pause: false, changes: [] };

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

async function tarOf(fill: (archive: Pack) => void): Promise<Buffer> {
  const archive = pack();
  fill(archive);
  archive.finalize();
  return buffer(archive);
}

/** What all layers of all images take on disk, each once, as the engine's own files or figures say. */
const ON_DISK = {
  async docker({ driver }: { driver: Driver; engine: TestEngine }, call: (path: string) => Promise<unknown>): Promise<number> {
    expect(driver.engine().product).toBe('docker');
    return ((await call('/system/df')) as { LayersSize: number }).LayersSize;
  },
  /** Podman 4.3 answers 0 for it. */
  async podman({ engine }: { driver: Driver; engine: TestEngine }): Promise<number> {
    const layers = JSON.parse(await readFile(join(engine.folder, 'p', 'storage', 'overlay-layers', 'layers.json'), 'utf8')) as {
      'diff-size'?: number;
    }[];
    return layers.reduce((sum, layer) => sum + (layer['diff-size'] ?? 0), 0);
  },
};

const BASE = { createdBy: 'ADD rootfs /', files: { 'etc/': { type: 'directory' }, 'etc/name': 'base', big: 'x'.repeat(100_000) } } as const;
const IMAGES: LayeredImage[] = [
  { name: 'localhost/layers/base:1', steps: [BASE] },
  {
    name: 'localhost/layers/one:1',
    steps: [
      BASE,
      { createdBy: 'ENV SECRET_TOKEN=abc' },
      { createdBy: 'RUN make one', files: { one: 'y'.repeat(5000) } },
      { createdBy: 'RUN rm big', files: { '.wh.big': '' } },
      { createdBy: 'COPY last /', files: { last: 'z'.repeat(300) } },
      { createdBy: 'CMD ["/one"]' },
    ],
    config: { Cmd: ['/one'], Env: ['SECRET_TOKEN=abc'], Labels: { team: 'a' }, ExposedPorts: { '80/tcp': {} } },
  },
  { name: 'localhost/layers/two:1', steps: [BASE, { createdBy: 'RUN make two', files: { two: 'w'.repeat(7000) } }] },
];

describe.each(['docker', 'podman'] as const)('%s', (product) => {
  const stack = new AsyncDisposableStack();
  let engine: TestEngine;
  let driver: Driver;
  let images: ImagesFacet;
  let base: ImageId;
  let one: ImageId;
  let two: ImageId;

  const find = async (id: ImageId): Promise<Image | undefined> => (await images.list(signal)).find((image) => image.id === id);

  beforeAll(async () => {
    engine = stack.use(product === 'docker' ? await startDockerd() : await startPodman());
    const host = stack.use(createLocalHost({ logger: silentLogger }));
    const target = { unixPath: engine.socket };
    driver = stack.use(await connectDocker({ host, target, engine: engine.engine, clock: systemClock, logger: silentLogger }, signal));
    if (driver.images === undefined) throw new Error('it keeps images');
    images = driver.images;
    const loaded = await images.loadAll(once(await layeredArchive(IMAGES)), signal);
    expect(loaded).toHaveLength(3);
    const byName = new Map((await images.list(signal)).map((image) => [image.names[0], image.id]));
    base = byName.get('layers/base:1') as ImageId;
    one = byName.get('layers/one:1') as ImageId;
    two = byName.get('layers/two:1') as ImageId;
  });
  afterAll(() => stack.disposeAsync());

  test('layers say what images share, and their sizes add up to what is on disk', async () => {
    const all = await images.list(signal);
    const [ofBase, ofOne, ofTwo] = [base, one, two].map((id) => all.find((image) => image.id === id)?.layers ?? []) as [
      Image['layers'],
      Image['layers'],
      Image['layers'],
    ];
    expect([ofBase.length, ofOne.length, ofTwo.length]).toEqual([1, 4, 2]);
    expect(ofOne[0]).toEqual(ofBase[0]);
    expect(ofTwo[0]).toEqual(ofBase[0]);
    const once = new Map(all.flatMap(({ layers }) => layers).map(({ chainId, sizeBytes }) => [chainId, sizeBytes]));
    expect(once.size).toBe(5);
    const total = [...once.values()].reduce((sum, bytes) => sum + bytes, 0);
    const host = driver.host;
    using client = new EngineClient({ name: product, endpoint: engine.socket }, (abort) => host.dial({ unixPath: engine.socket }, abort));
    expect(total).toBe(await ON_DISK[product]({ driver, engine }, (path) => client.call({ method: 'GET', path }, signal)));
    for (const image of all) expect(image.sizeBytes).toBe(image.layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  });

  test('an image tells which step made which layer, and its configuration', async () => {
    const details = await images.get(one, signal);
    expect(details.steps.map(({ createdBy, layer }) => [createdBy, layer])).toEqual([
      ['ADD rootfs /', 0],
      ['ENV SECRET_TOKEN=abc', null],
      ['RUN make one', 1],
      ['RUN rm big', 2],
      ['COPY last /', 3],
      ['CMD ["/one"]', null],
    ]);
    expect(details.layers.map(({ chainId }) => chainId)).toEqual((await find(one))?.layers.map(({ chainId }) => chainId));
    expect(details).toMatchObject({
      os: 'linux',
      command: ['/one'],
      env: ['SECRET_TOKEN=abc'],
      labels: { team: 'a' },
      exposedPorts: ['80/tcp'],
    });
  });

  test('names are given and taken; the only one stays', async () => {
    await images.tag(two, 'registry.example/team/two:2', signal);
    await images.tag(two, 'second', signal);
    expect((await find(two))?.names.toSorted()).toEqual(['layers/two:1', 'registry.example/team/two:2', 'second:latest']);
    await images.untag(two, 'second:latest', signal);
    await images.untag(two, 'registry.example/team/two:2', signal);
    expect((await find(two))?.names).toEqual(['layers/two:1']);
    await expect(images.untag(two, 'layers/two:1', signal)).rejects.toMatchObject({ reason: 'imageLastName' });
    await expect(images.untag(two, 'nobody:1', signal)).rejects.toMatchObject({ reason: 'imageMissing' });
    for (const bad of ['UPPER', 'a b', '../etc', 'a:b:c', '-x', `a@sha256:${'0'.repeat(64)}`, 'x'.repeat(400)]) {
      await expect(images.tag(two, bad, signal), bad).rejects.toMatchObject({ code: expect.stringMatching(/invalidInput|conflict/) });
    }
  });

  test('several are saved in one archive, with their names, and come back', async () => {
    const archive = await buffer(images.save([one, two], signal));
    await images.remove(one, signal);
    await images.remove(two, signal);
    expect(new Set(await images.loadAll(once(archive), signal))).toEqual(new Set([one, two]));
    expect((await find(one))?.names).toEqual(['layers/one:1']);
    expect((await find(two))?.names).toEqual(['layers/two:1']);
  });

  test('what is no archive, or not all of one, is not loaded and leaves nothing', async () => {
    const before = (await images.list(signal)).length;
    const archive = await buffer(images.save([one], signal));
    const tar = await tarOf((out) => out.entry({ name: 'hello' }, 'world'));
    for (const bytes of [Buffer.from('no archive'), tar, archive.subarray(0, archive.length / 2), Buffer.alloc(0)]) {
      await expect(images.loadAll(once(bytes), signal)).rejects.toMatchObject({ reason: 'archiveUnusable' });
    }
    expect(await images.list(signal)).toHaveLength(before);
  });

  test('a root filesystem becomes an image, with a name and a command', async () => {
    const tar = await tarOf((out) => out.entry({ name: 'hello' }, 'world'));
    const spec = { name: 'imported:7', message: 'from a tar', changes: ['CMD ["/hello"]', 'ENV A="b c"'] };
    const id = await images.importFilesystem(once(tar), spec, signal);
    expect((await find(id))?.names).toEqual(['imported:7']);
    const details = await images.get(id, signal);
    expect(details).toMatchObject({ command: ['/hello'], env: ['A=b c'] });
    await images.remove(id, signal);
  });

  test('a hostile root filesystem stays within its image', async () => {
    const escaped = join(engine.folder, 'escaped');
    const up = '../'.repeat(20);
    const files = [
      { name: escaped },
      { name: `${up}${escaped.slice(1)}` },
      { name: 'link', type: 'symlink' as const, linkname: engine.folder },
      { name: 'link/escaped' },
    ];
    for (const file of files) {
      const tar = await tarOf((out) => {
        out.entry({ name: 'dev/sda', type: 'block-device', devmajor: 8, devminor: 0 });
        if (file.type === 'symlink') out.entry(file);
        else out.entry(file, 'evil');
      });
      await images.importFilesystem(once(tar), { name: '', message: '', changes: [] }, signal).catch((error) => {
        expect(error).toMatchObject({ reason: 'archiveUnusable' });
      });
      await expect(readFile(escaped)).rejects.toMatchObject({ code: 'ENOENT' });
    }
    for (const image of await images.list(signal)) if (image.names.length === 0) await images.remove(image.id, signal);
  });

  test('a container’s changes become an image', async () => {
    const process = { ...(await images.process(one, signal)) };
    const spec = {
      name: 'source',
      image: { id: one, name: 'layers/one:1' },
      twinId: null,
      ports: [],
      limits: { cpus: null, memoryBytes: null, processes: null },
      process,
    };
    const machine = (await driver.containers?.create(spec, signal)) as MachineId;
    await using _removed = { [Symbol.asyncDispose]: () => driver.act(machine, 'remove', { force: true }, signal).catch(() => {}) };
    const id = await images.commit(machine, { ...NAMELESS, name: 'committed:1', comment: 'by hand', changes: ['CMD ["/other"]'] }, signal);
    expect((await find(id))?.names).toEqual(['committed:1']);
    expect((await images.get(id, signal)).command).toEqual(['/other']);
    await expect(images.commit(machine, { ...NAMELESS, name: 'BAD NAME' }, signal)).rejects.toMatchObject({ reason: 'imageNameInvalid' });
    await images.remove(id, signal);
    await expect(images.remove(one, signal)).rejects.toMatchObject({ reason: 'imageInUse' });
    await driver.act(machine, 'remove', { force: true }, signal);
    await expect(images.commit(machine, NAMELESS, signal)).rejects.toMatchObject({ reason: 'machineMissing' });
  });

  test.runIf(product === 'docker')('a disk that is full says so, and nothing is left of what was loaded', async () => {
    const before = (await images.list(signal)).length;
    const archive = await layeredArchive([{ name: 'full:1', steps: [{ createdBy: 'x', files: { big: Buffer.alloc(4_000_000, 1) } }] }]);
    // Where Docker unpacks what it is given.
    const scratch = join(engine.folder, 'data', 'tmp');
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', scratch]);
    try {
      await expect(images.loadAll(once(archive), signal)).rejects.toMatchObject({ reason: 'engineNoSpace', code: 'noSpace' });
    } finally {
      await run('umount', [scratch]);
    }
    expect(await images.list(signal)).toHaveLength(before);
    const [loaded] = await images.loadAll(once(archive), signal);
    await images.remove(loaded as ImageId, signal);
  });

  test('an image that is gone is missing, whatever is asked of it', async () => {
    const gone = `${engine.engine.id}/sha256:${'0'.repeat(64)}` as ImageId;
    const asks = [
      () => images.get(gone, signal),
      () => images.tag(gone, 'x', signal),
      () => images.untag(gone, 'x', signal),
      () => buffer(images.save([gone], signal)),
    ];
    for (const ask of asks) await expect(ask()).rejects.toMatchObject({ reason: 'imageMissing' });
  });
});
