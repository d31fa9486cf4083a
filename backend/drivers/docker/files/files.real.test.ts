import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { extract, type Header, pack } from 'tar-stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startDockerd, startPodman, type TestEngine } from '../../../../testing/engines.ts';
import { testImageArchive } from '../../../../testing/test-image.ts';
import { type MachineId, toMachineId, type VolumeId } from '../../../contract/index.ts';
import { silentLogger, systemClock } from '../../../core/index.ts';
import { createLocalHost } from '../../../hosts/local.ts';
import type { Driver } from '../../driver.ts';
import type { FileTree } from '../../files.ts';
import { EngineClient } from '../engine-client.ts';
import { connectDocker } from '../index.ts';

const signal = new AbortController().signal;

describe.each([
  ['Docker', startDockerd],
  ['Podman', startPodman],
])('%s', (_name, start: () => Promise<TestEngine>) => {
  const stack = new AsyncDisposableStack();
  let driver: Driver;
  let client: EngineClient;
  let made = 0;

  beforeAll(async () => {
    const engine = stack.use(await start());
    const host = stack.use(createLocalHost({ logger: silentLogger }));
    const target = { unixPath: engine.socket };
    driver = stack.use(await connectDocker({ host, target, engine: engine.engine, clock: systemClock, logger: silentLogger }, signal));
    client = new EngineClient({ name: 'engine', endpoint: engine.socket }, (abort) => host.dial(target, abort));
    for (const shell of [true, false]) {
      const archive = await testImageArchive({ name: shell ? 'catamaran/test:latest' : 'catamaran/noshell:latest', shell });
      await driver.images?.load(once(archive), signal);
    }
  });
  afterAll(() => stack.disposeAsync());

  async function make(
    options: { image?: string; command?: string[]; hostConfig?: object; stopped?: boolean } = {},
  ): Promise<{ id: MachineId; name: string } & AsyncDisposable> {
    const { image = 'catamaran/test:latest', command = ['/bin/sleep', '1000'], hostConfig = {}, stopped = false } = options;
    const name = `files-${++made}`;
    const body = { Image: image, Entrypoint: command, StopTimeout: 0, HostConfig: hostConfig };
    const { Id } = await client.call<{ Id: string }>({ method: 'POST', path: '/containers/create', query: { name }, body }, signal);
    const id = toMachineId(driver.engineId, Id);
    if (!stopped) await driver.act(id, 'start', { force: false }, signal);
    return {
      id,
      name,
      async [Symbol.asyncDispose]() {
        await driver.act(id, 'remove', { force: true }, signal).catch(() => {});
      },
    };
  }

  async function makeVolume(): Promise<{ id: VolumeId; name: string } & AsyncDisposable> {
    const name = `volume-${++made}`;
    if (driver.volumes === undefined) throw new Error('a container engine has volumes');
    const { volumes } = driver;
    const id = await volumes.create({ name, driver: 'local', options: {}, labels: {} }, signal);
    return {
      id,
      name,
      async [Symbol.asyncDispose]() {
        await volumes.remove(id, signal).catch(() => {});
      },
    };
  }

  const open = (id: MachineId): Promise<FileTree> => {
    if (driver.files === undefined) throw new Error('a container engine shows files');
    return driver.files.open(id, signal);
  };
  const openVolume = (id: VolumeId): Promise<FileTree> => {
    if (driver.volumes === undefined) throw new Error('a container engine has volumes');
    return driver.volumes.open(id, signal);
  };

  const places: [string, () => Promise<{ tree: FileTree } & AsyncDisposable>][] = [
    ['a running container', () => inContainer({})],
    ['a running container without a shell', () => inContainer({ image: 'catamaran/noshell:latest', command: ['/sleep', '1000'] })],
    ['a stopped container', () => inContainer({ stopped: true })],
    ['a volume', inVolume],
  ];

  async function inContainer(options: Parameters<typeof make>[0]): Promise<{ tree: FileTree } & AsyncDisposable> {
    await using parts = new AsyncDisposableStack();
    const machine = parts.use(await make(options));
    const tree = parts.use(await open(machine.id));
    const held = parts.move();
    return { tree, [Symbol.asyncDispose]: () => held.disposeAsync() };
  }

  async function inVolume(): Promise<{ tree: FileTree } & AsyncDisposable> {
    await using parts = new AsyncDisposableStack();
    const volume = parts.use(await makeVolume());
    const tree = parts.use(await openVolume(volume.id));
    await tree.makeFolder('/tmp', signal);
    const held = parts.move();
    return { tree, [Symbol.asyncDispose]: () => held.disposeAsync() };
  }

  describe.each(places)('%s', (_place, openPlace) => {
    let place: { tree: FileTree } & AsyncDisposable;
    let tree: FileTree;

    beforeAll(async () => {
      place = await openPlace();
      tree = place.tree;
    });
    beforeEach(async () => {
      await tree.empty('/tmp', signal);
      await tree.makeFolder('/tmp/work', signal);
    });
    afterAll(() => place?.[Symbol.asyncDispose]());

    test('what is put in comes out the same, with owner, mode and time; it can be renamed and removed', async () => {
      const big = randomBytes(12_000_000);
      const tar = tarOf(
        [
          { name: 'in/', type: 'directory', mode: 0o750, uid: 12, gid: 34 },
          { name: 'in/big', mode: 0o640, uid: 1234, gid: 4321, mtime: new Date('2020-02-02T02:02:02Z') },
          { name: 'in/link', type: 'symlink', linkname: 'big' },
        ],
        big,
      );
      await tree.unpack('/tmp/work', tar, { keepRoot: false }, signal);
      const { entries } = await tree.list('/tmp/work/in', signal);
      expect(entries.toSorted(byName)).toMatchObject([
        {
          name: 'big',
          type: 'file',
          sizeBytes: big.length,
          mode: 0o640,
          uid: 1234,
          gid: 4321,
          modifiedMs: Date.parse('2020-02-02T02:02:02Z'),
        },
        { name: 'link', type: 'link', linkTarget: 'big' },
      ]);
      const content = await tree.read('/tmp/work/in/link', {}, signal);
      expect(content).toMatchObject({ path: '/tmp/work/in/big', sizeBytes: big.length });
      expect(sha256(await buffer(content.bytes))).toBe(sha256(big));
      const start = await tree.read('/tmp/work/in/big', { maxBytes: 1000 }, signal);
      expect((await buffer(start.bytes)).equals(big.subarray(0, 1000))).toBe(true);

      const packed = await readTar(tree.pack('/tmp/work/in', signal));
      expect(packed.toSorted(byName)).toMatchObject([
        { name: './in/', header: { mode: 0o750, uid: 12, gid: 34 } },
        { name: './in/big', header: { mode: 0o640, uid: 1234, gid: 4321 }, sha256: sha256(big) },
        { name: './in/link', header: { linkname: 'big' } },
      ]);

      await tree.rename('/tmp/work/in', '/tmp/moved', signal);
      await expect(tree.rename('/tmp/moved', '/tmp/work', signal)).rejects.toMatchObject({ reason: 'fileTaken' });
      await expect(tree.list('/tmp/work/in', signal)).rejects.toMatchObject({ reason: 'filePathMissing' });
      await tree.remove('/tmp', ['moved'], signal);
      await expect(tree.remove('/tmp', ['moved'], signal)).rejects.toMatchObject({ reason: 'filePathMissing' });
      await tree.empty('/tmp', signal);
      expect((await tree.list('/tmp', signal)).entries).toEqual([]);
    });

    test('names can be any bytes', async () => {
      const names = ['new\nline\n', '\u202e한국어', ' -rf', '*', 'quo\'te"`$(x)\\', 'x'.repeat(255), 'bad\udcff\udcfe'];
      for (const name of names) await tree.makeFolder(`/tmp/work/${name}`, signal);
      const listed = async () => (await tree.list('/tmp/work', signal)).entries.map(({ name }) => name).toSorted();
      expect(await listed()).toEqual(names.toSorted());
      await tree.rename(`/tmp/work/${names[0]}`, `/tmp/work/${names.at(-1)}/${names[0]}`, signal);
      expect((await tree.list(`/tmp/work/${names.at(-1)}`, signal)).entries).toMatchObject([{ name: names[0] }]);
      await tree.rename(`/tmp/work/${names.at(-1)}/${names[0]}`, `/tmp/work/${names[0]}`, signal);
      await tree.remove('/tmp/work', names, signal);
      expect(await listed()).toEqual([]);
    });

    test('links lead nowhere but inside', async () => {
      const tar = tarOf([
        { name: 'etc', type: 'symlink', linkname: '/tmp/work/sub' },
        { name: 'up', type: 'symlink', linkname: '../../../../../../../../tmp/work/sub' },
        { name: 'proc', type: 'symlink', linkname: '/proc/1/root/etc/hostname' },
        { name: 'helper', type: 'symlink', linkname: '/catamaran/layers' },
        { name: 'a', type: 'symlink', linkname: 'b' },
        { name: 'b', type: 'symlink', linkname: 'a' },
        { name: 'sub/', type: 'directory' },
      ]);
      await tree.unpack('/tmp/work', tar, { keepRoot: false }, signal);
      for (const link of ['etc', 'up']) expect((await tree.list(`/tmp/work/${link}`, signal)).path).toBe('/tmp/work/sub');
      await tree.makeFolder('/tmp/work/up/made', signal);
      expect((await tree.list('/tmp/work/sub', signal)).entries).toMatchObject([{ name: 'made' }]);
      await expect(tree.list('/tmp/work/helper', signal)).rejects.toMatchObject({ reason: 'filePathMissing' });
      await expect(tree.list('/tmp/work/a', signal)).rejects.toMatchObject({ reason: 'fileLinkLoop' });
      expect((await tree.list('/../../tmp/work/./sub/..', signal)).path).toBe('/tmp/work');
      // A link that is removed takes nothing with it.
      await tree.remove('/tmp/work', ['up', 'etc'], signal);
      expect((await tree.list('/tmp/work/sub', signal)).entries).toHaveLength(1);
    });

    test('what breaks off leaves nothing', async () => {
      const whole = await buffer(tarOf([{ name: 'half' }], randomBytes(3_000_000)));
      const cut = tree.unpack('/tmp/work', once(whole.subarray(0, 1_000_000)), { keepRoot: false }, signal);
      await expect(cut).rejects.toMatchObject({ name: 'AppError' });
      const broken = async function* () {
        yield whole.subarray(0, 1_000_000);
        throw new Error('the page is gone');
      };
      await expect(tree.unpack('/tmp/work', broken(), { keepRoot: false }, signal)).rejects.toThrow('the page is gone');
      await expect.poll(async () => (await tree.list('/tmp/work', signal)).entries).toEqual([]);
    });

    test('what is not there, not a folder or not a file says so', async () => {
      await tree.unpack('/tmp/work', tarOf([{ name: 'file' }], Buffer.from('x')), { keepRoot: false }, signal);
      await expect(tree.list('/tmp/none/deep', signal)).rejects.toMatchObject({
        reason: 'filePathMissing',
        problem: { params: { path: '/tmp/none/deep' } },
      });
      await expect(tree.list('/tmp/work/file', signal)).rejects.toMatchObject({ reason: 'fileNotFolder' });
      await expect(tree.read('/tmp/work', {}, signal)).rejects.toMatchObject({ reason: 'fileNotRegular' });
      await expect(tree.makeFolder('/tmp/work/file', signal)).rejects.toMatchObject({ reason: 'fileTaken' });
      const onFolder = tree.unpack('/tmp', tarOf([{ name: 'work' }], Buffer.from('x')), { keepRoot: false }, signal);
      await expect(onFolder).rejects.toMatchObject({ reason: 'fileTaken' });
    });
  });

  test('a file that is replaced keeps its owner and mode', async () => {
    await using machine = await make();
    await using tree = await open(machine.id);
    await tree.unpack('/tmp', tarOf([{ name: 'run', mode: 0o755, uid: 7, gid: 8 }], Buffer.from('one')), { keepRoot: false }, signal);
    await tree.unpack('/tmp', tarOf([{ name: 'run', mode: 0o600 }], Buffer.from('second')), { keepRoot: false }, signal);
    expect((await tree.list('/tmp', signal)).entries).toMatchObject([{ name: 'run', sizeBytes: 6, mode: 0o755, uid: 7, gid: 8 }]);
  });

  test('a full disk is told, and nothing of it stays', async () => {
    await using machine = await make({ hostConfig: { Tmpfs: { '/small': 'size=64k' } } });
    await using tree = await open(machine.id);
    const upload = tree.unpack('/small', tarOf([{ name: 'big' }], randomBytes(8_000_000)), { keepRoot: false }, signal);
    await expect(upload).rejects.toMatchObject({ reason: 'fileDiskFull' });
    expect((await tree.list('/small', signal)).entries).toEqual([]);
  });

  test.each([false, true])('a read-only container can be looked at and not changed (stopped: %s)', async (stopped) => {
    await using machine = await make({ hostConfig: { ReadonlyRootfs: true }, stopped });
    await using tree = await open(machine.id);
    expect((await tree.list('/bin', signal)).entries.length).toBeGreaterThan(5);
    await expect(tree.makeFolder('/etc/new', signal)).rejects.toMatchObject({ reason: 'fileReadOnly' });
    await expect(tree.remove('/etc', ['passwd'], signal)).rejects.toMatchObject({ reason: 'fileReadOnly' });
  });

  test('a stopped container shows its volumes, and starts with what was put into it', async () => {
    await using volume = await makeVolume();
    const hostConfig = { Mounts: [{ Type: 'volume', Source: volume.name, Target: '/data' }] };
    await using machine = await make({ hostConfig, stopped: true });
    {
      await using tree = await open(machine.id);
      await tree.makeFolder('/data/from-stopped', signal);
      await tree.makeFolder('/etc/made', signal);
      await tree.remove('/etc', ['passwd'], signal);
    }
    expect(await driver.files?.changes?.(machine.id, signal)).toEqual(
      expect.arrayContaining([
        { path: '/etc', kind: 'changed' },
        { path: '/etc/made', kind: 'added' },
        { path: '/etc/passwd', kind: 'removed' },
      ]),
    );
    await driver.act(machine.id, 'start', { force: false }, signal);
    await using tree = await open(machine.id);
    expect((await tree.list('/data', signal)).entries).toMatchObject([{ name: 'from-stopped' }]);
    expect((await tree.list('/etc', signal)).entries.map(({ name }) => name)).toEqual(expect.arrayContaining(['made']));
    expect((await tree.list('/etc', signal)).entries.map(({ name }) => name)).not.toContain('passwd');
  });

  test('a container that is removed while it is browsed says so', async () => {
    await using machine = await make();
    await using tree = await open(machine.id);
    await driver.act(machine.id, 'remove', { force: true }, signal);
    await expect(tree.list('/', signal)).rejects.toMatchObject({ reason: 'machineMissing' });
    await expect(open(machine.id)).rejects.toMatchObject({ reason: 'machineMissing' });
  });

  test('volumes: a name is given once, one in use stays, sizes are told', async () => {
    const { volumes } = driver;
    if (volumes === undefined) throw new Error('a container engine has volumes');
    await using volume = await makeVolume();
    await expect(volumes.create({ name: volume.name, driver: 'local', options: {}, labels: {} }, signal)).rejects.toMatchObject({
      reason: 'nameTaken',
    });
    {
      await using tree = await openVolume(volume.id);
      await tree.unpack('/', tarOf([{ name: 'content' }], randomBytes(50_000)), { keepRoot: false }, signal);
    }
    expect((await volumes.sizes(signal)).get(volume.id)).toBeGreaterThanOrEqual(50_000);
    const user = await make({ hostConfig: { Mounts: [{ Type: 'volume', Source: volume.name, Target: '/data' }] }, stopped: true });
    await expect(volumes.remove(volume.id, signal)).rejects.toMatchObject({
      reason: 'volumeInUse',
      problem: { params: { machines: user.name } },
    });
    await user[Symbol.asyncDispose]();
    await volumes.remove(volume.id, signal);
    await expect(volumes.open(volume.id, signal)).rejects.toMatchObject({ reason: 'volumeMissing' });
  });

  test('helpers are nobody’s machines, and none stays', async () => {
    expect(await driver.list(signal)).toEqual([]);
    await driver[Symbol.asyncDispose]();
    const left = await client.call<unknown[]>({ method: 'GET', path: '/containers/json', query: { all: true } }, signal);
    expect(left).toEqual([]);
  });
});

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

interface TestEntry {
  name: string;
  type?: 'directory' | 'symlink';
  linkname?: string;
  mode?: number;
  uid?: number;
  gid?: number;
  mtime?: Date;
}

/** The content is that of the first plain file. */
function tarOf(headers: TestEntry[], content = Buffer.alloc(0)): AsyncIterable<Uint8Array> {
  const tar = pack();
  let rest = content;
  for (const header of headers) {
    const isFile = header.type === undefined;
    if (isFile) tar.entry({ mode: 0o644, ...header }, rest);
    else tar.entry({ mode: 0o755, ...header });
    if (isFile) rest = Buffer.alloc(0);
  }
  tar.finalize();
  return tar as unknown as AsyncIterable<Uint8Array>;
}

async function readTar(tar: AsyncIterable<Uint8Array>): Promise<{ name: string; header: Header; sha256: string }[]> {
  const entries: { name: string; header: Header; sha256: string }[] = [];
  const reading = extract();
  reading.end(await buffer(tar));
  for await (const entry of reading) entries.push({ name: entry.header.name, header: entry.header, sha256: sha256(await buffer(entry)) });
  return entries;
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
