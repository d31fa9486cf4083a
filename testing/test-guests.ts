import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pack } from 'tar-stream';
import { type ImageId, imageId, type MachineId, type VmHardware } from '../backend/contract/index.ts';
import { silentLogger, systemClock } from '../backend/core/index.ts';
import type { Driver, RunSpec, VirtualMachinesFacet } from '../backend/drivers/driver.ts';
import { diskOf } from '../backend/drivers/qemu/definition.ts';
import { createQemuFinder, type QemuFinderOptions } from '../backend/drivers/qemu/finder.ts';
import type { Host } from '../backend/hosts/host.ts';
import { writeExt4 } from '../backend/images/ext4.ts';
import { buildGuestInit } from '../scripts/build-guest.mjs';
import { fetchKernel } from '../scripts/fetch-kernel.mjs';
import { TEST_HARDWARE } from './vm-hardware.ts';

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

/** What the system of `writingSystem` writes, 32 KiB at each step, and what it says on its serial port at the end. */
export const WRITING_SYSTEM = { firstByte: 32 * 1024, endByte: 24 * 1024 * 1024, stepBytes: 32 * 1024, done: 'D' };

/** A boot sector that writes itself, and what comes after it in memory, over and over onto its disk, by the BIOS; then it says `D`. */
const WRITER = Buffer.alloc(512);
WRITER.set(
  [
    ...[0x31, 0xc0, 0x8e, 0xd8], // xor ax,ax; mov ds,ax
    ...[0xbe, 0x40, 0x7c, 0xb8, 0x00, 0x43, 0xcd, 0x13], // again: mov si,7c40; mov ax,4300; int 13
    ...[0x72, 0xf6, 0x83, 0x06, 0x48, 0x7c, 0x40], // jc again; add word [7c48],40
    ...[0x81, 0x3e, 0x48, 0x7c, 0x00, 0xc0, 0x72, 0xe9], // cmp word [7c48],c000; jb again
    ...[0xba, 0xf8, 0x03, 0xb0, 0x44, 0xee, 0xf4, 0xeb, 0xfd], // mov dx,3f8; mov al,'D'; out dx,al; hlt; jmp back
  ],
  0,
);
WRITER.set([0x10, 0x00, 0x40, 0x00, 0x00, 0x7c, 0x00, 0x00, 0x40, 0x00], 0x40); // 64 sectors from 0:7c00 to sector 64
WRITER.set([0x55, 0xaa], 510);

const NO_HARDWARE: VmHardware = { ...TEST_HARDWARE, network: { type: 'none' } };

/** A machine with the smallest operating system that writes to its disk. */
export async function writingSystem(vms: VirtualMachinesFacet, host: Host, signal: AbortSignal): Promise<MachineId> {
  const sizeBytes = 64 * 1024 * 1024;
  const spec = { name: 'writer', cpus: 1, memoryBytes: 2 * sizeBytes, ports: [], autostart: false, source: null };
  const id = await vms.create({ ...spec, hardware: NO_HARDWARE }, signal);
  await vms.addDisk(
    id,
    diskOf('root', sizeBytes),
    async (path) => {
      const sector = `${path}.sector`;
      await host.writeFile(sector, WRITER, {}, signal);
      await host.exec(['qemu-img', 'create', '-q', '-f', 'qcow2', path, String(sizeBytes)], {}, signal);
      await host.exec(['qemu-io', '-f', 'qcow2', '-c', `write -s ${sector} 0 512`, path], {}, signal);
      await host.remove(sector, signal);
    },
    signal,
  );
  await vms.finish(id, signal);
  return id;
}
