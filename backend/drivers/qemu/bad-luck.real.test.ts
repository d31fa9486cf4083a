import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rm, symlink } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../testing/temporary.ts';
import { connectTestQemu, testDisk, testQemuOptions, testRun, WRITING_SYSTEM, writingSystem } from '../../../testing/test-guests.ts';
import type { Machine, MachineId } from '../../contract/index.ts';
import { silentLogger } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { createLocalHost } from '../../hosts/local.ts';
import type { Driver, VirtualMachinesFacet } from '../driver.ts';
import { checkImage } from './disk-images/index.ts';
import type { QemuFinderOptions } from './finder.ts';
import { runningPid } from './process.ts';
import { vmFiles } from './vm-files.ts';

const run = promisify(execFile);
const never = new AbortController().signal;
const MIB = 1024 * 1024;
const isRoot = userInfo().uid === 0;
const STAYS = ['/bin/sh', '-c', 'echo up; exec sleep 1000'];

let parts: AsyncDisposableStack;
let host: Host;
let folder: string;
let options: QemuFinderOptions;
let driver: Driver;
let disk: string;

beforeAll(async () => {
  parts = new AsyncDisposableStack();
  host = parts.use(createLocalHost({ logger: silentLogger }));
  folder = parts.use(await temporaryFolder()).path;
  options = await testQemuOptions(folder);
  disk = await testDisk(host, { path: join(folder, 'base.ext4'), shell: true }, never);
  await mkdir(options.vmsDir, { recursive: true });
  if (isRoot) {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=200m', 'tmpfs', options.vmsDir]);
    // Lazily: the kernel may still be closing the files of a QEMU that has ended.
    parts.defer(async () => void (await run('umount', ['--lazy', options.vmsDir])));
  }
  driver = await connectTestQemu(host, options, never);
  parts.defer(() => driver[Symbol.asyncDispose]());
});
afterAll(() => parts[Symbol.asyncDispose]());

/** So much of the host's disk is left over; all of it again. */
const leave = async (bytes: number) => {
  const { stdout } = await run('df', ['-B1', '--output=used', options.vmsDir]);
  await run('mount', ['-o', `remount,size=${Number(stdout.trim().split('\n').at(-1)) + bytes}`, options.vmsDir]);
};
const makeRoom = async () => void (await run('mount', ['-o', 'remount,size=200m', options.vmsDir]));

const facet = (): VirtualMachinesFacet => {
  if (driver.virtualMachines === undefined) throw new Error('QEMU runs virtual machines');
  return driver.virtualMachines;
};
const removed = (id: MachineId) => ({ id, [Symbol.asyncDispose]: () => driver.act(id, 'remove', { force: true }, never) });
async function guest(name: string, command = STAYS): Promise<{ id: MachineId } & AsyncDisposable> {
  const id = await facet().define(testRun(name, command), never);
  await facet().setDisk(id, disk, never);
  return removed(id);
}
const act = (id: MachineId, action: 'start' | 'resume' | 'kill') => driver.act(id, action, { force: false }, never);
const filesOf = (id: MachineId) => vmFiles(options, id.slice(id.indexOf('/') + 1));
const rootDisk = (id: MachineId) => ({ path: join(filesOf(id).folder, 'disk.qcow2'), format: 'qcow2' as const });
async function until(id: MachineId, fits: (machine: Machine) => boolean): Promise<Machine> {
  const over = new AbortController();
  try {
    const events = driver.watch(over.signal);
    const now = (await driver.list(never)).find((machine) => machine.id === id);
    if (now !== undefined && fits(now)) return now;
    for await (const event of events) if (event.type === 'machine' && event.machine.id === id && fits(event.machine)) return event.machine;
    throw new Error('the driver went away');
  } finally {
    over.abort();
  }
}

describe.skipIf(!isRoot)('a host disk that fills up while a machine writes', () => {
  const isFull = { state: 'paused', problem: { reason: 'vmDiskFull' }, actions: expect.arrayContaining(['resume']) };

  test('pauses it, says where room is missing, also to an app that comes later, and loses nothing', async () => {
    const write = 'busybox dd if=/dev/zero bs=1M count=40 2>/dev/null | tr "\\0" x > /big; busybox sync';
    const check = 'echo 3 > /proc/sys/vm/drop_caches; busybox md5sum < /big; busybox dmesg | grep -c "I/O error"';
    await using machine = await guest('full', ['/bin/sh', '-c', `${write}; ${check}`]);
    await leave(16 * MIB);
    await act(machine.id, 'start');
    const paused = await until(machine.id, ({ problem }) => problem !== null);
    expect(paused).toMatchObject(isFull);
    expect(paused.problem?.params).toEqual({ name: 'full', folder: filesOf(machine.id).folder });

    await driver[Symbol.asyncDispose]();
    driver = await connectTestQemu(host, options, never);
    expect(await until(machine.id, () => true)).toMatchObject(isFull);

    // Too early: it tries, and is paused again.
    await act(machine.id, 'resume');
    expect(await until(machine.id, ({ problem }) => problem !== null)).toMatchObject(isFull);

    await makeRoom();
    await act(machine.id, 'resume');
    const ended = await until(machine.id, ({ state }) => state === 'stopped');
    expect(ended).toMatchObject({ problem: null });
    const lines: string[] = [];
    for await (const batch of driver.logs.read(machine.id, { follow: false, tail: null }, never)) {
      lines.push(...batch.filter(({ stream }) => stream === 'stdout').map(({ text }) => text));
    }
    const md5 = createHash('md5')
      .update(Buffer.alloc(40 * MIB, 'x'))
      .digest('hex');
    expect(lines).toEqual([`${md5}  -`, '0']);
    expect(await checkImage(host, rootDisk(machine.id), never)).toEqual({ leaks: 0, corruptions: 0, errors: 0 });
  });

  test('pauses a system too', async () => {
    await using machine = removed(await writingSystem(facet(), host, never));
    await leave(8 * MIB);
    await act(machine.id, 'start');
    expect(await until(machine.id, ({ problem }) => problem !== null)).toMatchObject(isFull);
    await makeRoom();
    await act(machine.id, 'resume');
    for await (const text of host.follow(filesOf(machine.id).bootLog, 0, never)) if (Buffer.from(text).includes(WRITING_SYSTEM.done)) break;
    await act(machine.id, 'kill');
    const { path, format } = rootDisk(machine.id);
    const { firstByte, endByte, stepBytes } = WRITING_SYSTEM;
    const places = Array.from({ length: (endByte - firstByte) / stepBytes }, (_, index) => firstByte + index * stepBytes);
    const { stdout } = await run('qemu-io', ['-r', '-f', format, ...places.flatMap((at) => ['-c', `read -v ${at} 16`]), path]);
    expect(stdout.match(/31 c0 8e d8/g)).toHaveLength(places.length);
  });
});

test('QEMU that crashes: the machine has failed, its disk is whole, and it starts again', async () => {
  await using machine = await guest('crash');
  await act(machine.id, 'start');
  const pid = await runningPid(host, filesOf(machine.id), never);
  process.kill(pid ?? Number.NaN, 'SIGSEGV');
  const failed = await until(machine.id, ({ state }) => state === 'failed');
  expect(failed).toMatchObject({ problem: { reason: 'qemuExited' }, actions: expect.arrayContaining(['start']) });
  expect(await checkImage(host, rootDisk(machine.id), never)).toMatchObject({ corruptions: 0, errors: 0 });
  await act(machine.id, 'start');
  expect(await until(machine.id, ({ state }) => state === 'running')).toMatchObject({ problem: null });
});

test('a damaged disk is named at the start, with what can be done', async () => {
  await using machine = await guest('damaged');
  const { path } = rootDisk(machine.id);
  const whole = await readFile(path);
  {
    await using file = await open(path, 'r+');
    await file.write(Buffer.from('XXXX'), 0, 4, 0);
  }
  const damaged = { reason: 'diskDamaged', problem: { params: { path } }, message: expect.stringMatching(/Check it, then repair it/) };
  await expect(act(machine.id, 'start')).rejects.toMatchObject(damaged);
  expect(await until(machine.id, () => true)).toMatchObject({ state: 'failed', problem: { reason: 'diskDamaged' } });
  await host.writeFile(path, whole, {}, never);
  await act(machine.id, 'start');
});

test('a base that is gone is named at the start', async () => {
  await using machine = await guest('baseless');
  await host.rename(disk, `${disk}.away`, never);
  try {
    await expect(act(machine.id, 'start')).rejects.toMatchObject({ reason: 'diskBaseMissing', problem: { params: { base: disk } } });
  } finally {
    await host.rename(`${disk}.away`, disk, never);
  }
});

test('a disk that another machine has open: the other is named, and goes on', async () => {
  await using first = await guest('first');
  await using second = await guest('second');
  await rm(rootDisk(second.id).path);
  await symlink(rootDisk(first.id).path, rootDisk(second.id).path);
  await act(first.id, 'start');
  await expect(act(second.id, 'start')).rejects.toMatchObject({ reason: 'diskInUse', problem: { params: { owner: 'first' } } });
  expect(await until(first.id, () => true)).toMatchObject({ state: 'running' });
});
