import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { extract, pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDockerd, startPodman, type TestEngine } from '../../testing/engines.ts';
import { temporaryFolder } from '../../testing/temporary.ts';
import { type Build, type BuildRequest, type ImageId, splitId, transferId } from '../contract/index.ts';
import { silentLogger, systemClock } from '../core/index.ts';
import { type Builder, createBuilds } from '../drivers/docker/builds.ts';
import { EngineClient } from '../drivers/docker/engine-client.ts';
import { connectDocker } from '../drivers/docker/index.ts';
import type { Driver, ImagesFacet } from '../drivers/driver.ts';
import type { Host } from '../hosts/host.ts';
import { createLocalHost } from '../hosts/local.ts';
import { buildStarter } from '../images/starter.ts';
import { createTasks } from '../tasks/index.ts';
import { createTransfers } from '../transfers/index.ts';
import { type BuildService, createBuildService } from './index.ts';

const signal = new AbortController().signal;
const run = promisify(execFile);
const SECRET = 'a-very-secret-word';
const stack = new AsyncDisposableStack();
let folder: string;
let host: Host;
const engines = new Map<string, { engine: TestEngine; driver: Driver; client: EngineClient }>();

beforeAll(async () => {
  folder = stack.use(await temporaryFolder()).path;
  host = stack.use(createLocalHost({ logger: silentLogger }));
  for (const [product, start] of [['docker', startDockerd] as const, ['podman', startPodman] as const]) {
    const engine = stack.use(await start());
    const target = { unixPath: engine.socket };
    const driver = stack.use(
      await connectDocker({ host, target, engine: engine.engine, clock: systemClock, logger: silentLogger }, signal),
    );
    const client = new EngineClient({ name: product, endpoint: engine.socket }, (abort) => host.dial(target, abort));
    stack.defer(() => client[Symbol.dispose]());
    await buildStarter({ images: imagesOf(driver), host, logger: silentLogger }, signal);
    engines.set(product, { engine, driver, client });
  }
});
afterAll(() => stack.disposeAsync());

function imagesOf(driver: Driver): ImagesFacet {
  if (driver.images === undefined) throw new Error('a container engine has images');
  return driver.images;
}

const STAGES = `ARG BASE=catamaran/starter
FROM \${BASE} AS build
WORKDIR /src
COPY a.txt ./
RUN echo compiling; echo warning >&2; cat a.txt > /out

FROM catamaran/starter AS unneeded
RUN echo nobody

FROM catamaran/starter
ARG WORD=none
ENV MODE=test
COPY --from=build /out /out
RUN echo "word is $WORD"
`;

describe.each<[string, string, Builder]>([
  ['BuildKit', 'docker', 'buildkit'],
  ['the classic builder', 'docker', 'classic'],
  ['Podman', 'podman', 'podman'],
])('%s', (_name, product, builder) => {
  let driver: Driver;
  let client: EngineClient;
  let service: BuildService;
  let transfers: ReturnType<typeof createTransfers>;
  let tasks: ReturnType<typeof createTasks>;
  const own = new AsyncDisposableStack();

  beforeAll(() => {
    const found = engines.get(product);
    if (found === undefined) throw new Error(`${product} runs`);
    ({ client } = found);
    driver = { ...found.driver, builds: createBuilds({ client, host, clock: systemClock, engineId: found.driver.engineId, builder }) };
    transfers = createTransfers({ clock: systemClock });
    tasks = own.use(createTasks({ clock: systemClock, logger: silentLogger }));
    service = own.use(
      createBuildService({
        host,
        home: folder,
        spoolDir: join(folder, `spool-${builder}`),
        tasks,
        transfers,
        driver: () => driver,
        listImages: async () => {},
        clock: systemClock,
      }),
    );
  });
  afterAll(() => own.disposeAsync());

  async function context(files: Record<string, string>): Promise<string> {
    const path = await mkdtemp(join(folder, 'c-'));
    for (const [name, content] of Object.entries(files)) {
      await mkdir(join(path, name, '..'), { recursive: true });
      await writeFile(join(path, name), content);
    }
    return path;
  }

  function request(source: BuildRequest['source'], change: Partial<BuildRequest> = {}): BuildRequest {
    return {
      engineId: driver.engineId,
      source,
      dockerfile: 'Dockerfile',
      tags: [],
      args: {},
      target: null,
      platform: null,
      noCache: false,
      pull: false,
      labels: {},
      secrets: [],
      ...change,
    };
  }

  async function build(path: string, change: Partial<BuildRequest> = {}): Promise<Build> {
    const { id } = service.start(request({ type: 'folder', path }, change));
    return service.finished(id, signal);
  }

  function stepOf(built: Build, words: string) {
    const step = built.steps.find(({ name }) => name.includes(words));
    if (step === undefined) throw new Error(`no step ${words} in ${built.steps.map(({ name }) => name).join(', ')}`);
    return step;
  }

  async function logOf(built: Build, words: string): Promise<string[]> {
    const lines: string[] = [];
    for await (const batch of service.log({ id: built.id, step: stepOf(built, words).id }, signal))
      lines.push(...batch.map(({ text: line }) => line));
    return lines;
  }

  function idOf({ imageId, problem }: Build): ImageId {
    if (imageId === null) throw new Error(`the build failed: ${problem?.detail ?? problem?.message}`);
    return imageId;
  }

  /** Names and contents of an image's files below a folder. */
  async function filesOf(image: ImageId, below: string): Promise<Record<string, string>> {
    const files: Record<string, string> = {};
    const tar = extract();
    tar.on('entry', (header, entry, next) => {
      const name = header.name.replace(/^\.?\//, '').replace(/\/$/, '');
      if (!name.startsWith(`${below}/`)) return void entry.on('end', next).resume();
      text(entry).then((content) => {
        files[name.slice(below.length + 1)] =
          header.type === 'symlink' ? `-> ${header.linkname}` : header.type === 'directory' ? '/' : content;
        next();
      }, next);
    });
    for await (const chunk of imagesOf(driver).exportFilesystem(image, signal)) if (!tar.write(chunk)) await once(tar, 'drain');
    const finished = once(tar, 'finish');
    (tar as NodeJS.WritableStream).end();
    await finished;
    return files;
  }

  test('several stages become one image; again, everything is cached', async () => {
    // Content that no build has seen: nothing of it is cached.
    const path = await context({ Dockerfile: STAGES, 'a.txt': `${crypto.randomUUID()}\n` });
    const tags = [`test/${builder}:1`, `test/${builder}:2`];
    const built = await build(path, { tags, args: { WORD: 'given' }, labels: { purpose: 'test' } });
    expect(built).toMatchObject({ state: 'done', problem: null, failedStep: null });
    const image = (await imagesOf(driver).list(signal)).find(({ id }) => id === idOf(built));
    expect(image?.names.toSorted()).toEqual(tags);
    expect(image?.starter).toBe(false);
    expect((await imagesOf(driver).process(idOf(built), signal)).env).toContain('MODE=test');
    expect((await logOf(built, 'echo compiling')).toSorted()).toEqual(['compiling', 'warning']);
    expect(await logOf(built, 'echo "word')).toEqual(['word is given']);
    expect(stepOf(built, 'COPY a.txt')).toMatchObject({ line: 4, stage: 0, state: 'done' });
    expect(stepOf(built, 'COPY --from=build')).toMatchObject({ line: 13, stage: 2 });
    expect(built.stages.find(({ index }) => index === 2)?.needs).toEqual([{ stage: 0, how: 'copy' }]);
    // The classic builder makes every stage up to the target.
    expect(built.stages.some(({ name }) => name === 'unneeded')).toBe(builder === 'classic');
    expect(built.steps.some(({ name }) => name === 'RUN echo nobody')).toBe(builder === 'classic');

    const { id } = service.again(built.id, null);
    const again = await service.finished(id, signal);
    expect(again.imageId).toBe(built.imageId);
    expect(['RUN', 'COPY', 'WORKDIR'].every((word) => stepOf(again, word).state === 'cached')).toBe(true);
    const anew = await build(path, { noCache: true, target: 'build' });
    expect(stepOf(anew, 'echo compiling').state).toBe('done');
    expect(anew.stages.map(({ index }) => index)).toEqual([0]);
  });

  test('a step that fails is told with its line and its log', async () => {
    const path = await context({ Dockerfile: 'FROM catamaran/starter\nRUN echo fine\nRUN echo "last words"; exit 7\nRUN echo never' });
    const built = await build(path);
    expect(built).toMatchObject({ state: 'failed', imageId: null, problem: { reason: 'buildFailed' } });
    expect(built.problem?.detail).toMatch(/7/);
    expect(built.steps.find(({ id }) => id === built.failedStep)).toMatchObject({ line: 3, state: 'failed' });
    expect(await logOf(built, 'exit 7')).toContain('last words');
    expect(stepOf(built, 'never').state).toBe('waiting');
  });

  test('what cannot be right says so: a missing file, no Dockerfile, a wrong one, an unknown base image', async () => {
    const missing = await build(await context({ Dockerfile: 'FROM catamaran/starter\nCOPY nothing.txt /' }));
    expect(missing).toMatchObject({ state: 'failed', problem: { reason: 'buildFailed', message: expect.stringContaining('nothing.txt') } });
    expect(missing.failedStep).toBe(stepOf(missing, 'COPY nothing').id);
    const none = await build(await context({ 'a.txt': '' }));
    expect(none).toMatchObject({ state: 'failed', problem: { reason: 'dockerfileMissing' } });
    const wrong = await build(await context({ Dockerfile: 'FROM catamaran/starter\nRUNN x' }));
    expect(wrong.problem?.message.toLowerCase()).toMatch(/unknown instruction.*runn|runn/);
    const base = await build(await context({ Dockerfile: 'FROM 127.0.0.1:1/no/base:1\nRUN true' }));
    expect(base.problem?.reason).toMatch(/^registry/);
  });

  test('a secret is there for the step, and neither in the image nor in a log', async (test) => {
    const path = await context({
      Dockerfile:
        'FROM catamaran/starter\nRUN --mount=type=secret,id=word test "$(wc -c < /run/secrets/word)" = 18 && echo right\nCOPY . /all',
      'a.txt': '',
    });
    const secrets: BuildRequest['secrets'] = [{ id: 'word', from: { type: 'text', text: SECRET } }];
    const built = await build(path, { secrets, noCache: true });
    if (builder === 'classic') {
      expect(built.problem).toMatchObject({ reason: 'actionUnsupported' });
      expect(service.abilities(driver.engineId)).toEqual({ secrets: false });
      return test.annotate('the classic builder has no secrets');
    }
    expect(await logOf(built, 'echo right')).toEqual(['right']);
    const all = await filesOf(idOf(built), 'all');
    expect(Object.keys(all).toSorted()).toEqual(['Dockerfile', 'a.txt']);
    const archive = await client.stream({ method: 'GET', path: `/images/${splitId(idOf(built)).nativeId}/get` }, signal);
    expect((await buffer(archive)).includes(SECRET)).toBe(false);
    expect(JSON.stringify(built).replace(/RUN --mount[^"]*"[^"]*/g, '')).not.toContain('"text"');
  });

  test('.dockerignore leaves out what Docker’s own client leaves out', async () => {
    const path = await context({
      Dockerfile: 'FROM scratch\nCOPY . /all',
      '.dockerignore':
        '# a comment\nDockerfile\n.dockerignore\n*.md\n!README.md\nnode_modules\n**/*.log\nbuild/*\n!build/keep\n/rooted\n a?c \n',
      'README.md': '1',
      'other.md': '1',
      'deep/other.md': '1',
      'deep/x.log': '1',
      'node_modules/m/index.js': '1',
      'build/keep/this': '1',
      'build/not': '1',
      rooted: '1',
      'deep/rooted': '1',
      abc: '1',
      'with space\nand newline': '1',
      '한글/파일': '1',
    });
    await symlink('README.md', join(path, 'link'));
    await mkdir(join(path, 'empty'));
    const built = await build(path);
    const ours = await filesOf(idOf(built), 'all');
    const docker = engines.get('docker');
    const tag = `peer/${builder}`;
    const env = { ...process.env, DOCKER_BUILDKIT: builder === 'classic' ? '0' : '1' };
    // Docker's client before 23.0 builds with BuildKit without a plug-in.
    await run('/usr/bin/docker', ['--host', `unix://${docker?.engine.socket}`, 'build', '--tag', tag, path], { env });
    const peer = (await imagesOf(docker?.driver ?? driver).list(signal)).find(({ names }) => names.includes(`${tag}:latest`));
    const theirs = peer === undefined ? {} : await withDriver(docker?.driver ?? driver, () => filesOf(peer.id, 'all'));
    expect(ours).toEqual(theirs);
    expect(ours).toMatchObject({ 'build/keep/this': '1', link: '-> README.md' });
    expect(ours).not.toHaveProperty('Dockerfile');
  });

  async function withDriver<T>(other: Driver, work: () => Promise<T>): Promise<T> {
    const before = driver;
    driver = other;
    try {
      return await work();
    } finally {
      driver = before;
    }
  }

  test('a folder that a page sends is built, and its copy here is gone afterwards', async () => {
    const tar = pack();
    tar.entry({ name: 'Dockerfile' }, 'FROM catamaran/starter\nCOPY dir /all\nRUN echo sent');
    tar.entry({ name: 'dir/', type: 'directory' });
    tar.entry({ name: 'dir/file' }, 'from the page');
    tar.finalize();
    const id = transferId.parse(crypto.randomUUID());
    const { id: started } = service.start(request({ type: 'upload', transferId: id, name: 'project', sizeBytes: 4096 }));
    await transfers.upload(id, tar as AsyncIterable<Uint8Array>, signal);
    const built = await service.finished(started, signal);
    expect(await filesOf(idOf(built), 'all')).toEqual({ file: 'from the page' });
    expect(await readdir(join(folder, `spool-${builder}`))).toEqual([]);
    expect(() => service.again(started, null)).toThrow(/dropped/);
  });

  test('an archive that leads out of its folder is refused', async () => {
    const tar = pack();
    tar.entry({ name: '../escaped' }, 'no');
    tar.finalize();
    const id = transferId.parse(crypto.randomUUID());
    const { id: started } = service.start(request({ type: 'upload', transferId: id, name: 'bad', sizeBytes: 1024 }));
    await transfers.upload(id, tar as AsyncIterable<Uint8Array>, signal);
    expect(await service.finished(started, signal)).toMatchObject({ state: 'failed', problem: { reason: 'invalidInput' } });
  });

  test('2 GB on their way are cancelled, and nothing is left behind', async () => {
    const path = await context({ Dockerfile: 'FROM scratch\nCOPY large /' });
    await writeFile(join(path, 'large'), '');
    await truncate(join(path, 'large'), 2 * 1024 ** 3);
    const before = await leftBehind();
    const { id } = service.start(request({ type: 'folder', path }));
    for await (const state of service.watch(id, signal)) if (state.sentBytes > 0) break;
    const memory = process.memoryUsage().rss;
    await tasks.cancel(id);
    const cancelled = await service.finished(id, signal);
    expect(cancelled).toMatchObject({ state: 'cancelled', imageId: null, problem: null });
    expect(cancelled.sentBytes).toBeLessThan(2 * 1024 ** 3);
    expect(memory).toBeLessThan(1024 ** 3);
    await expect.poll(leftBehind).toEqual(before);
  });

  test('a step that runs is cancelled', async () => {
    // A number of its own, to find the process by, whatever the engine says.
    const seconds = `${600 + Math.floor(Math.random() * 1e6)}`;
    const path = await context({ Dockerfile: `FROM catamaran/starter\nRUN echo begun; sleep ${seconds}` });
    const { id } = service.start(request({ type: 'folder', path }, { noCache: true }));
    for await (const state of service.watch(id, signal))
      if (state.steps.some(({ name, hasLog }) => name.includes(`sleep ${seconds}`) && hasLog)) break;
    await expect.poll(() => sleeping(seconds)).toBe(1);
    await tasks.cancel(id);
    const cancelled = await service.finished(id, signal);
    expect(cancelled.state).toBe('cancelled');
    await expect.poll(() => sleeping(seconds)).toBe(0);
    expect(stepOf(cancelled, `sleep ${seconds}`).state).toBe('cancelled');
    await expect.poll(async () => (await containers()).length).toBe(0);
  });

  async function sleeping(seconds: string): Promise<number> {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
    return commands.filter((command) => command === `sleep\0${seconds}\0`).length;
  }

  function containers(): Promise<unknown[]> {
    return client.call({ method: 'GET', path: '/containers/json', query: { all: true } }, signal);
  }

  async function leftBehind(): Promise<unknown> {
    const images = await imagesOf(driver).list(signal);
    return { containers: (await containers()).length, images: images.map(({ id }) => id).toSorted() };
  }
});
