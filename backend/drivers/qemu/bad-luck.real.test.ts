import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { open, readFile, rm, symlink } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { QemuBed, type TestMachine } from '../../../testing/qemu-bed.ts';
import { testDisk, testRun } from '../../../testing/test-guests.ts';
import { WRITING_SYSTEM, writingSystem } from '../../../testing/test-systems.ts';
import type { MachineId } from '../../contract/index.ts';
import { checkImage } from './disk-images/index.ts';
import { runningPid } from './process.ts';

const run = promisify(execFile);
const never = new AbortController().signal;
const MIB = 1024 * 1024;
const isRoot = userInfo().uid === 0;
const STAYS = ['/bin/sh', '-c', 'echo up; exec sleep 1000'];

let bed: QemuBed;
let disk: string;

beforeEach(async () => {
  bed = await QemuBed.open({}, isRoot ? 200 * MIB : null);
  disk = await testDisk(bed.host, { path: join(bed.folder, 'base.ext4'), shell: true }, never);
});
afterEach(() => bed[Symbol.asyncDispose]());

/** So much of the host's disk is left over, until that is disposed of. */
async function leave(bytes: number): Promise<AsyncDisposable> {
  if (bed.room === null) throw new Error('only root has a file system of its own');
  return await bed.room.leave(bytes);
}

async function guest(name: string, command = STAYS): Promise<TestMachine> {
  const id = await bed.vms.define(testRun(name, command), never);
  await bed.vms.setDisk(id, disk, never);
  return bed.removed(id);
}
const rootDisk = (id: MachineId) => ({ path: join(bed.filesOf(id).folder, 'disk.qcow2'), format: 'qcow2' as const });

describe.skipIf(!isRoot)('a host disk that fills up while a machine writes', () => {
  const isFull = { state: 'paused', problem: { reason: 'vmDiskFull' }, actions: expect.arrayContaining(['resume']) };

  test('pauses it, says where room is missing, also to an app that comes later, and loses nothing', async () => {
    const write = 'busybox dd if=/dev/zero bs=1M count=40 2>/dev/null | tr "\\0" x > /big; busybox sync';
    const check = 'echo 3 > /proc/sys/vm/drop_caches; busybox md5sum < /big; busybox dmesg | grep -c "I/O error"';
    await using machine = await guest('full', ['/bin/sh', '-c', `${write}; ${check}`]);
    await using full = await leave(16 * MIB);
    await bed.act(machine.id, 'start');
    const paused = await bed.until(machine.id, ({ problem }) => problem !== null);
    expect(paused).toMatchObject(isFull);
    expect(paused.problem?.params).toEqual({ name: 'full', folder: bed.filesOf(machine.id).folder });

    await bed.reconnect();
    expect(await bed.until(machine.id, () => true)).toMatchObject(isFull);

    // Too early: it tries, and is paused again.
    await bed.act(machine.id, 'resume');
    expect(await bed.until(machine.id, ({ problem }) => problem !== null)).toMatchObject(isFull);

    await full[Symbol.asyncDispose]();
    await bed.act(machine.id, 'resume');
    const ended = await bed.until(machine.id, ({ state }) => state === 'stopped');
    expect(ended).toMatchObject({ problem: null });
    const lines: string[] = [];
    for await (const batch of bed.driver.logs.read(machine.id, { follow: false, tail: null }, never)) {
      lines.push(...batch.filter(({ stream }) => stream === 'stdout').map(({ text }) => text));
    }
    const md5 = createHash('md5')
      .update(Buffer.alloc(40 * MIB, 'x'))
      .digest('hex');
    expect(lines).toEqual([`${md5}  -`, '0']);
    expect(await checkImage(bed.host, rootDisk(machine.id), never)).toEqual({ leaks: 0, corruptions: 0, errors: 0 });
  });

  test('pauses a system too', async () => {
    await using machine = bed.removed(await writingSystem(bed.vms, bed.host));
    await using full = await leave(8 * MIB);
    await bed.act(machine.id, 'start');
    expect(await bed.until(machine.id, ({ problem }) => problem !== null)).toMatchObject(isFull);
    await full[Symbol.asyncDispose]();
    await bed.act(machine.id, 'resume');
    for await (const text of bed.host.follow(bed.filesOf(machine.id).bootLog, 0, never))
      if (Buffer.from(text).includes(WRITING_SYSTEM.done)) break;
    await bed.act(machine.id, 'kill');
    const { path, format } = rootDisk(machine.id);
    const { firstByte, endByte, stepBytes } = WRITING_SYSTEM;
    const places = Array.from({ length: (endByte - firstByte) / stepBytes }, (_, index) => firstByte + index * stepBytes);
    const { stdout } = await run('qemu-io', ['-r', '-f', format, ...places.flatMap((at) => ['-c', `read -v ${at} 16`]), path]);
    expect(stdout.match(/31 c0 8e d8/g)).toHaveLength(places.length);
  });
});

test('QEMU that crashes: the machine has failed, its disk is whole, and it starts again', async () => {
  await using machine = await guest('crash');
  await bed.act(machine.id, 'start');
  const pid = await runningPid(bed.host, bed.filesOf(machine.id), never);
  process.kill(pid ?? Number.NaN, 'SIGSEGV');
  const failed = await bed.until(machine.id, ({ state }) => state === 'failed');
  expect(failed).toMatchObject({ problem: { reason: 'qemuExited' }, actions: expect.arrayContaining(['start']) });
  expect(await checkImage(bed.host, rootDisk(machine.id), never)).toMatchObject({ corruptions: 0, errors: 0 });
  await bed.act(machine.id, 'start');
  expect(await bed.until(machine.id, ({ state }) => state === 'running')).toMatchObject({ problem: null });
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
  await expect(bed.act(machine.id, 'start')).rejects.toMatchObject(damaged);
  expect(await bed.until(machine.id, () => true)).toMatchObject({ state: 'failed', problem: { reason: 'diskDamaged' } });
  await bed.host.writeFile(path, whole, {}, never);
  await bed.act(machine.id, 'start');
});

test('a base that is gone is named at the start', async () => {
  await using machine = await guest('baseless');
  await bed.host.rename(disk, `${disk}.away`, never);
  try {
    await expect(bed.act(machine.id, 'start')).rejects.toMatchObject({ reason: 'diskBaseMissing', problem: { params: { base: disk } } });
  } finally {
    await bed.host.rename(`${disk}.away`, disk, never);
  }
});

test('a disk that another machine has open: the other is named, and goes on', async () => {
  await using first = await guest('first');
  await using second = await guest('second');
  await rm(rootDisk(second.id).path);
  await symlink(rootDisk(first.id).path, rootDisk(second.id).path);
  await bed.act(first.id, 'start');
  await expect(bed.act(second.id, 'start')).rejects.toMatchObject({ reason: 'diskInUse', problem: { params: { owner: 'first' } } });
  expect(await bed.until(first.id, () => true)).toMatchObject({ state: 'running' });
});
