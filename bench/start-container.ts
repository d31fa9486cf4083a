import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ImageId } from '../backend/contract/index.ts';
import type { BackendClient } from '../renderer/backend/client.ts';
import { startDockerd } from '../testing/engines.ts';
import { temporaryFolder } from '../testing/temporary.ts';
import { testImageArchive } from '../testing/test-image.ts';
import { type BenchContext, type BenchResult, interleave } from './harness.ts';
import { startServer } from './parts/child.ts';
import { openPage } from './parts/page.ts';

export const name = 'start-container';
export const describe =
  'from the page’s call to a running container, through the whole backend, against docker run --detach of the same image; ms, ratio ≤ 1.0';

const IMAGE = 'catamaran-bench/start:1';
const execute = promisify(execFile);

export async function run(context: BenchContext): Promise<BenchResult> {
  const { signal } = context;
  await using folder = await temporaryFolder();
  await using dockerd = await startDockerd();
  const docker = (...args: string[]) => execute('docker', ['--host', `unix://${dockerd.socket}`, ...args], { signal });
  const loading = docker('load');
  loading.child.stdin?.end(await testImageArchive({ name: IMAGE, config: { Cmd: ['/bin/sh', '-c', 'echo up; exec sleep 1000000'] } }));
  await loading;
  const env = { ...process.env, CATAMARAN_HOME: folder.path, DOCKER_HOST: `unix://${dockerd.socket}` };
  await using backend = await startServer(['backend/main.ts', '--port', '0'], env);
  await using page = await openPage(backend.said);
  const imageId = await findImage(page.client, signal);

  return await interleave(
    {
      async ours() {
        const before = performance.now();
        const { machineId } = await page.client.machines.run({ imageId, as: 'container' }, { signal });
        const ms = performance.now() - before;
        await page.client.machines.act({ ids: [machineId], action: 'remove', force: true }, { signal });
        return ms;
      },
      async peer() {
        const before = performance.now();
        const { stdout } = await docker('run', '--detach', IMAGE);
        const ms = performance.now() - before;
        await docker('rm', '--force', stdout.trim());
        return ms;
      },
      runs: 15,
      warmup: 2,
      unit: 'ms',
    },
    context,
  );
}

async function findImage(client: BackendClient, signal: AbortSignal): Promise<ImageId> {
  for await (const { images } of await client.inventory.watch(undefined, { signal })) {
    const found = images.find(({ names }) => names.includes(IMAGE));
    if (found !== undefined) return found.id;
  }
  throw new Error('the backend ended before it found the image');
}
