import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDockerd, startPodman, type TestEngine } from '../../testing/engines.ts';
import { layeredArchive } from '../../testing/layered-image.ts';
import { temporaryFolder } from '../../testing/temporary.ts';
import type { Image } from '../contract/index.ts';
import { silentLogger, systemClock } from '../core/index.ts';
import { connectDocker } from '../drivers/docker/driver.ts';
import type { Host } from '../hosts/host.ts';
import { createLocalHost } from '../hosts/local.ts';
import { createDiskStore } from './disk.ts';

const run = promisify(execFile);
const never = new AbortController().signal;

describe.each([
  ['Docker', startDockerd],
  ['Podman', startPodman],
])('the disk of an image of %s', (_name, start) => {
  let parts: AsyncDisposableStack;
  let engine: TestEngine;
  let host: Host;

  beforeAll(async () => {
    parts = new AsyncDisposableStack();
    engine = parts.use(await start());
    host = parts.use(createLocalHost({ logger: silentLogger }));
  });
  afterAll(() => parts[Symbol.asyncDispose]());

  /** What a driver on such a host makes of the only image. */
  async function diskOf(on: Host, dir: string): Promise<string> {
    const target = { unixPath: engine.socket };
    await using driver = await connectDocker({ host: on, target, engine: engine.engine, clock: systemClock, logger: silentLogger }, never);
    const { images } = driver;
    if (images === undefined) throw new Error('a container engine has images');
    const [image] = await images.list(never);
    const leastBytes = 64 * 1024 * 1024;
    return await createDiskStore({ host: on, dir, logger: silentLogger, leastBytes }).diskFor(
      { image: image as Image, images },
      () => {},
      never,
    );
  }

  test('is the same to the byte, made twice, from the layers and from an export; with what the layers took away gone', async () => {
    const archive = await layeredArchive([
      {
        name: 'test:1',
        steps: [
          {
            createdBy: 'one',
            files: {
              'etc/': { type: 'directory', mode: 0o755, mtime: new Date(0) },
              'etc/hosts': 'never seen',
              'etc/gone': 'gone',
              'bin/': { type: 'directory', mode: 0o755, mtime: new Date(0) },
              'bin/tool': { type: 'symlink', linkname: '../etc/stays' },
              'etc/stays': 'stays',
              'z/': { type: 'directory', mode: 0o700, mtime: new Date(0), uid: 7, gid: 8 },
            },
          },
          { createdBy: 'two', files: { 'etc/.wh.gone': '', 'etc/more': 'more' } },
        ],
        config: { Cmd: ['/bin/tool'] },
      },
    ]);
    const client = createLocalHost({ logger: silentLogger });
    await using _client = client;
    const loaded = await client.exec(['docker', '--host', `unix://${engine.socket}`, 'load'], { input: archive }, never);
    expect(loaded.stderr).toBe('');
    await using folder = await temporaryFolder();
    /** One on which nobody is root: the engine has to export. */
    const plain: Host = {
      ...host,
      exec: async (argv, options, signal) =>
        argv[0] === 'id' ? { exitCode: 0, stdout: Buffer.from('1000\n'), stderr: '' } : await host.exec(argv, options, signal),
    };
    const first = await diskOf(host, join(folder.path, 'first'));
    const digest = await sha256(first);
    expect(await sha256(await diskOf(host, join(folder.path, 'second')))).toBe(digest);
    expect(await sha256(await diskOf(plain, join(folder.path, 'exported')))).toBe(digest);
    expect((await stat(first)).blocks * 512).toBeLessThan(1024 * 1024);
    await run('/usr/sbin/e2fsck', ['-f', '-n', first]);
    const ask = async (request: string) => (await run('/usr/sbin/debugfs', ['-R', request, first])).stdout;
    expect(await ask('cat /etc/more')).toBe('more');
    expect(await ask('ls -p /etc')).toMatch(/\/mtab\/[\s\S]*\/stays\//);
    expect(await ask('ls -p /etc')).not.toMatch(/gone|hosts/);
    expect(await ask('stat /z')).toMatch(/User: +7 +Group: +8/);
  });
});

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
