import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pack } from 'tar-stream';
import { type ImageId, imageId } from '../backend/contract/index.ts';
import { silentLogger, systemClock } from '../backend/core/index.ts';
import type { Driver, RunSpec } from '../backend/drivers/driver.ts';
import { createQemuFinder, type QemuFinderOptions } from '../backend/drivers/qemu/finder.ts';
import type { Host } from '../backend/hosts/host.ts';
import { writeExt4 } from '../backend/images/ext4.ts';
import { buildGuestInit } from '../scripts/build-guest.mjs';
import { fetchKernel } from '../scripts/fetch-kernel.mjs';

const root = resolve(import.meta.dirname, '..');
/** Shared by all test runs: a kernel is large, and trying accelerators takes seconds. */
const shared = join(root, 'node_modules/.cache/catamaran');
const kernelsDir = join(shared, 'kernels');

const APPLETS = [
  'sh',
  'cat',
  'echo',
  'grep',
  'head',
  'httpd',
  'id',
  'ls',
  'mkdir',
  'ps',
  'pwd',
  'sleep',
  'stty',
  'tr',
  'true',
  'uname',
  'wget',
];

export const TEST_IMAGE: { id: ImageId; name: string } = { id: imageId.parse('test/sha256:busybox'), name: 'catamaran/test:latest' };

/** A root filesystem from this machine's static busybox, as an export of an image would be. Without a shell it holds `/hello` alone. */
export async function* testFilesystem(options: { shell: boolean }): AsyncGenerator<Uint8Array, void> {
  const busybox = await readFile('/bin/busybox');
  const tar = pack();
  for (const folder of ['bin', 'etc', 'home', 'tmp']) tar.entry({ name: `${folder}/`, type: 'directory', mode: 0o755 });
  tar.entry({ name: 'etc/passwd' }, 'root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1000::/home/web:/bin/sh\n');
  tar.entry({ name: 'etc/group' }, 'root:x:0:\nweb:x:1000:\nextra:x:2000:other,web\n');
  tar.entry({ name: 'etc/resolv.conf', type: 'symlink', linkname: '../run/nowhere/resolv.conf' });
  tar.entry({ name: options.shell ? 'bin/busybox' : 'sleep', mode: 0o755 }, busybox);
  for (const applet of options.shell ? APPLETS : []) tar.entry({ name: `bin/${applet}`, type: 'symlink', linkname: 'busybox' });
  tar.finalize();
  for await (const chunk of tar) yield chunk as Uint8Array;
}

/** A base disk with that filesystem. */
export async function testDisk(host: Host, of: { path: string; shell: boolean }, signal: AbortSignal): Promise<string> {
  const diskBytes = 64 * 1024 * 1024;
  await writeExt4(host, { path: of.path, diskBytes, image: TEST_IMAGE.name, seed: TEST_IMAGE.id, tar: testFilesystem(of) }, signal);
  return of.path;
}

/** Settings of a driver whose machines live in `folder`; kernel, init and accelerator trials are shared between tests. */
export async function testQemuOptions(folder: string): Promise<QemuFinderOptions> {
  await fetchKernel({ kernelsDir });
  return {
    vmsDir: join(folder, 'vms'),
    runDir: join(folder, 'run'),
    cacheDir: join(shared, 'qemu'),
    kernelsDir,
    templatesDir: join(folder, 'templates'),
    startWay: () => 'boot',
    guestInit: await buildGuestInit(),
    defaults: () => ({ memoryBytes: 128 * 1024 * 1024, cpus: 1 }),
    logger: silentLogger,
    clock: systemClock,
  };
}

export async function connectTestQemu(host: Host, options: QemuFinderOptions, signal: AbortSignal): Promise<Driver> {
  const [candidate] = await createQemuFinder(options).find(host, signal);
  if (candidate === undefined) throw new Error('QEMU was not found');
  return await candidate.connect(signal);
}

/** A machine of the test image that runs `command`; its other fields are changed by `changes`. */
export function testRun(
  name: string,
  command: string[],
  changes: Partial<Omit<RunSpec, 'process'>> & { process?: Partial<RunSpec['process']> } = {},
): RunSpec {
  const { process, ...rest } = changes;
  return {
    name,
    image: TEST_IMAGE,
    twinId: null,
    ports: [],
    limits: { cpus: null, memoryBytes: null, processes: null },
    ...rest,
    process: {
      entrypoint: [],
      command,
      env: [],
      workingDir: '',
      user: '',
      exposedPorts: [],
      stopSignal: null,
      volumes: [],
      ...process,
    },
  };
}
