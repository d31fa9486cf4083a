import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Image } from '../backend/contract/index.ts';
import { silentLogger, systemClock } from '../backend/core/index.ts';
import { connectDocker } from '../backend/drivers/docker/driver.ts';
import type { ImagesFacet } from '../backend/drivers/driver.ts';
import type { Host } from '../backend/hosts/host.ts';
import { createLocalHost } from '../backend/hosts/local.ts';
import { createDiskStore } from '../backend/images/index.ts';
import { debianRootfs } from '../testing/debian-rootfs.ts';
import { startDockerd } from '../testing/engines.ts';
import { temporaryFolder } from '../testing/temporary.ts';
import { testImageArchive } from '../testing/test-image.ts';
import { type BenchContext, type BenchResult, interleave } from './harness.ts';

export const name = 'twin-build';
export const describe =
  'from an image of Docker to its bootable disk, in ms, against tar of the same filesystem to a file; a Debian root filesystem, and as `small` an image of one program; good at 3 or less';

const execute = promisify(execFile);
const MB = 1_000_000;
const DEBIAN = 'catamaran-bench/debian:1';
const SMALL = 'catamaran-bench/small:1';

export async function run(context: BenchContext): Promise<BenchResult> {
  const { signal } = context;
  const rootfs = await debianRootfs();
  if (typeof rootfs === 'string') throw new Error(rootfs);
  await using folder = await temporaryFolder();
  await using dockerd = await startDockerd();
  await using host = createLocalHost({ logger: silentLogger });
  const docker = (...args: string[]) => execute('docker', ['--host', `unix://${dockerd.socket}`, ...args], { signal });
  await docker('import', '--change', 'CMD ["/bin/sh"]', rootfs.path, DEBIAN);
  const loading = docker('load');
  loading.child.stdin?.end(await testImageArchive({ name: SMALL, config: { Cmd: ['/bin/sh'] } }));
  await loading;
  const target = { unixPath: dockerd.socket };
  await using driver = await connectDocker({ host, target, engine: dockerd.engine, clock: systemClock, logger: silentLogger }, signal);
  const { images } = driver;
  if (images === undefined) throw new Error('Docker has images');
  const all = await images.list(signal);
  const imageOf = (wanted: string) => all.find(({ names }) => names.includes(wanted)) as Image;

  const debian = join(folder.path, 'debian');
  await unpack(createReadStream(rootfs.path), debian);
  const small = join(folder.path, 'small');
  await mkdir(small);
  const exported = join(folder.path, 'small.tar');
  const { stdout: id } = await docker('create', SMALL);
  await docker('export', '--output', exported, id.trim());
  await docker('rm', id.trim());
  await execute('tar', ['-C', small, '-xf', exported]);

  const bench = (image: Image, tree: string) =>
    interleave({ ...sides({ host, images, image, tree, folder: folder.path }), runs: 9, warmup: 2, unit: 'ms' }, context);
  context.log('an image of one program');
  const ofSmall = await bench(imageOf(SMALL), small);
  context.log('a Debian root filesystem');
  const result = await bench(imageOf(DEBIAN), debian);
  const { size } = await stat(rootfs.path);
  const loads = (await readFile('/proc/loadavg', 'latin1')).split(' ').slice(0, 1).map(Number);
  return {
    ...result,
    megabytes: size / MB,
    oursMBps: size / MB / (result.ours / 1000),
    peerMBps: size / MB / (result.peer / 1000),
    small: { ours: ofSmall.ours, peer: ofSmall.peer, ratio: ofSmall.ratio },
    loadAtEnd: loads[0],
  };
}

function sides(of: { host: Host; images: ImagesFacet; image: Image; tree: string; folder: string }) {
  const dir = join(of.folder, 'disks');
  const archive = join(of.folder, 'peer.tar');
  return {
    async ours(signal: AbortSignal) {
      // A store of its own each time, or the second one would only find it.
      const store = createDiskStore({ host: of.host, dir, logger: silentLogger });
      const begunAt = performance.now();
      await store.diskFor({ image: of.image, images: of.images }, () => {}, signal);
      const ms = performance.now() - begunAt;
      await rm(dir, { recursive: true });
      return ms;
    },
    async peer(signal: AbortSignal) {
      const begunAt = performance.now();
      await execute('tar', ['-C', of.tree, '-cf', archive, '.'], { signal });
      const ms = performance.now() - begunAt;
      await rm(archive);
      return ms;
    },
  };
}

async function unpack(source: NodeJS.ReadableStream, into: string): Promise<void> {
  await mkdir(into);
  const tar = execute('tar', ['-C', into, '-xpf', '-']);
  if (tar.child.stdin !== null) source.pipe(tar.child.stdin);
  await tar;
}
