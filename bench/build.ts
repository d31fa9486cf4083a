import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EngineId } from '../backend/contract/index.ts';
import type { BackendClient } from '../renderer/backend/client.ts';
import { startDockerd } from '../testing/engines.ts';
import { temporaryFolder } from '../testing/temporary.ts';
import { testImageArchive } from '../testing/test-image.ts';
import { type BenchContext, type BenchResult, interleave } from './harness.ts';
import { startServer } from './parts/child.ts';
import { openPage } from './parts/page.ts';

export const name = 'build';
export const describe =
  'a build of three stages without cache, from the page’s call to the finished image, against docker build of the same folder, both with BuildKit; ms, ratio ≤ 1.05';

const IMAGE = 'catamaran-bench/base:1';
const FILES = 200;
const FILE_BYTES = 64 * 1024;
const DOCKERFILE = `FROM ${IMAGE} AS build
COPY src /src
RUN cat /src/* > /bin.out
RUN echo linked >> /bin.out
FROM ${IMAGE} AS assets
RUN echo asset > /asset
FROM ${IMAGE}
COPY --from=build /bin.out /bin.out
COPY --from=assets /asset /asset
RUN echo done
`;
const execute = promisify(execFile);

export async function run(context: BenchContext): Promise<BenchResult> {
  const { signal } = context;
  await using folder = await temporaryFolder();
  await using dockerd = await startDockerd();
  const command = await buildKitClient();
  const docker = (...args: string[]) =>
    execute(command, ['--host', `unix://${dockerd.socket}`, ...args], { signal, env: { ...process.env, DOCKER_BUILDKIT: '1' } });
  const loading = docker('load');
  loading.child.stdin?.end(await testImageArchive({ name: IMAGE }));
  await loading;
  const path = await writeProject(join(folder.path, 'project'));
  const env = { ...process.env, CATAMARAN_HOME: join(folder.path, 'home'), DOCKER_HOST: `unix://${dockerd.socket}` };
  await using backend = await startServer(['backend/main.ts', '--port', '0'], env);
  await using page = await openPage(backend.said);
  const request = {
    ...{ engineId: await findEngine(page.client, signal), source: { type: 'folder' as const, path }, dockerfile: 'Dockerfile' },
    ...{ tags: ['catamaran-bench/ours'], args: {}, target: null, platform: null, noCache: true, pull: false, labels: {}, secrets: [] },
  };
  const result = await interleave(
    {
      async ours() {
        const before = performance.now();
        const { id } = await page.client.builds.start(request, { signal });
        const { state, problem } = await page.client.builds.finished({ id }, { signal });
        if (state !== 'done') throw new Error(`the build ended as ${state}: ${problem?.message}`);
        return performance.now() - before;
      },
      async peer() {
        const before = performance.now();
        await docker('build', '--no-cache', '--tag', 'catamaran-bench/peer', path);
        return performance.now() - before;
      },
      runs: 11,
      warmup: 1,
      unit: 'ms',
    },
    context,
  );
  return { ...result, contextBytes: FILES * FILE_BYTES };
}

async function writeProject(path: string): Promise<string> {
  await mkdir(join(path, 'src'), { recursive: true });
  await writeFile(join(path, 'Dockerfile'), DOCKERFILE);
  for (let index = 0; index < FILES; index++) await writeFile(join(path, 'src', `part-${index}`), randomBytes(FILE_BYTES));
  return path;
}

/** Docker's own client: 20.10 brings BuildKit, later ones need buildx. Several may be installed. */
async function buildKitClient(): Promise<string> {
  for (const command of ['docker', '/usr/bin/docker']) {
    const { stdout } = await execute(command, ['--version']).catch(() => ({ stdout: '' }));
    const major = Number(/version (\d+)\./.exec(stdout)?.[1] ?? Number.NaN);
    if (major < 23) return command;
    if (
      await execute(command, ['buildx', 'version']).then(
        () => true,
        () => false,
      )
    )
      return command;
  }
  throw new Error('docker build with BuildKit needs Docker’s client 20.10, or buildx');
}

async function findEngine(client: BackendClient, signal: AbortSignal): Promise<EngineId> {
  for await (const { images } of await client.inventory.watch(undefined, { signal })) {
    const image = images.find(({ names }) => names.includes(IMAGE));
    if (image !== undefined) return image.engineId;
  }
  throw new Error('the backend ended before it found the engine');
}
