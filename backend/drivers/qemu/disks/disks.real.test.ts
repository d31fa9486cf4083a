import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../../../testing/temporary.ts';
import { connectTestQemu, testDisk, testQemuOptions, testRun, writingSystem } from '../../../../testing/test-guests.ts';
import type { MachineId } from '../../../contract/index.ts';
import { silentLogger } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import { createLocalHost } from '../../../hosts/local.ts';
import type { DisksFacet } from '../../disks.ts';
import type { Driver, VirtualMachinesFacet } from '../../driver.ts';
import type { QemuFinderOptions } from '../finder.ts';
import { vmFiles } from '../vm-files.ts';

const never = new AbortController().signal;
const MIB = 1024 * 1024;
const onProgress = () => {};

let parts: AsyncDisposableStack;
let host: Host;
let folder: string;
let options: QemuFinderOptions;
let driver: Driver;
let disks: DisksFacet;
let vms: VirtualMachinesFacet;

beforeAll(async () => {
  parts = new AsyncDisposableStack();
  host = parts.use(createLocalHost({ logger: silentLogger }));
  folder = parts.use(await temporaryFolder()).path;
  options = await testQemuOptions(folder);
  driver = await connectTestQemu(host, options, never);
  parts.defer(() => driver[Symbol.asyncDispose]());
  if (driver.disks === undefined || driver.virtualMachines === undefined) throw new Error('QEMU has disks');
  disks = driver.disks;
  vms = driver.virtualMachines;
});
afterAll(() => parts[Symbol.asyncDispose]());

const act = (id: MachineId, action: 'start' | 'kill') => driver.act(id, action, { force: false }, never);
const removed = (id: MachineId) => ({ id, [Symbol.asyncDispose]: () => driver.act(id, 'remove', { force: true }, never) });
const folderOf = (id: MachineId) => vmFiles(options, id.slice(id.indexOf('/') + 1)).folder;
async function disk(machineId: MachineId, diskId: string) {
  const found = (await disks.list(machineId, never)).disks.find(({ id }) => id === diskId);
  if (found === undefined) throw new Error(`${diskId} is not listed`);
  return found;
}
async function said(id: MachineId, words: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const batch of driver.logs.read(id, { follow: true, tail: null }, never)) {
    lines.push(...batch.map(({ text }) => text));
    if (lines.includes(words)) return lines;
  }
  throw new Error(`it never said ${words}`);
}

test('a workload’s disk: grown while it is stopped and while it runs, its filesystem too, and trimmed to the byte', async () => {
  const base = await testDisk(host, { path: join(folder, 'base.ext4'), shell: true }, never);
  const write = 'busybox dd if=/dev/urandom of=/big bs=1M count=20 2>/dev/null; busybox sync; busybox rm /big; busybox sync';
  const grows = 'while :; do set -- $(busybox df -k / | busybox tail -1); [ $2 -gt 200000 ] && break; sleep 1; done; echo grown';
  const script = `busybox df -k /; ${write}; echo written; ${grows}; exec sleep 1000`;
  await using machine = removed(await vms.define(testRun('grows', ['/bin/sh', '-c', script]), never));
  await vms.setDisk(machine.id, base, never);
  const place = { machineId: machine.id, diskId: 'root' };
  expect(await disks.grow({ ...place, sizeBytes: 128 * MIB }, never)).toEqual({ filesystem: 'atStart' });
  const stopped = await disk(machine.id, 'root');
  expect(stopped).toMatchObject({ isRoot: true, sizeBytes: 128 * MIB, problem: null });
  expect(stopped.chain.map(({ path }) => path)).toEqual([join(folderOf(machine.id), 'disk.qcow2'), base]);
  expect(Object.keys(stopped.refusals)).toEqual(['detach']);

  await act(machine.id, 'start');
  const lines = await said(machine.id, 'written');
  const size = Number(lines.find((line) => line.startsWith('/dev/'))?.split(/\s+/)[1]);
  expect(size).toBeGreaterThan(110_000);
  await expect(disks.check(place, never)).rejects.toMatchObject({ reason: 'diskNeedsStop' });
  const { beforeBytes, afterBytes } = await disks.compact({ ...place, onProgress }, never);
  expect(beforeBytes - afterBytes).toBeGreaterThan(19 * MIB);
  expect((await stat(join(folderOf(machine.id), 'disk.qcow2'))).blocks * 512).toBe(afterBytes);

  expect(await disks.grow({ ...place, sizeBytes: 256 * MIB }, never)).toEqual({ filesystem: 'grown' });
  await said(machine.id, 'grown');
  await expect(disks.grow({ ...place, sizeBytes: 255 * MIB }, never)).rejects.toMatchObject({ reason: 'diskShrink' });
  await expect(disks.add({ machineId: machine.id, from: { type: 'blank', sizeBytes: MIB }, onProgress }, never)).rejects.toMatchObject({
    reason: 'diskWorkloadOne',
  });

  await act(machine.id, 'kill');
  expect(await disks.check(place, never)).toMatchObject({ corruptions: 0, errors: 0 });
  await disks.flatten({ ...place, onProgress }, never);
  await disks.convert({ ...place, format: 'raw', onProgress }, never);
  expect(await disk(machine.id, 'root')).toMatchObject({ file: 'disk.raw', format: 'raw', chain: [{ format: 'raw' }] });
  await act(machine.id, 'start');
});

test('disks of a system come and go, also while it runs; an exported one comes back', async () => {
  await using machine = removed(await writingSystem(vms, host, never));
  const machineId = machine.id;
  expect(await disks.add({ machineId, from: { type: 'blank', sizeBytes: 32 * MIB }, onProgress }, never)).toEqual({
    takesEffect: 'atStart',
  });
  await act(machineId, 'start');
  expect(await disks.add({ machineId, from: { type: 'blank', sizeBytes: 16 * MIB }, onProgress }, never)).toEqual({ takesEffect: 'now' });
  expect((await disks.list(machineId, never)).disks.map(({ id }) => id)).toEqual(['root', 'data1', 'data2']);
  expect(await disks.grow({ machineId, diskId: 'data2', sizeBytes: 24 * MIB }, never)).toEqual({ filesystem: 'byHand' });
  expect(await disk(machineId, 'data2')).toMatchObject({ sizeBytes: 24 * MIB, chain: [{ virtualBytes: 24 * MIB }] });
  await act(machineId, 'kill');

  expect(await disks.detach({ machineId, diskId: 'data1' }, never)).toEqual({ takesEffect: 'now' });
  const { detached } = await disks.list(machineId, never);
  expect(detached).toMatchObject([{ file: 'data1.qcow2', virtualBytes: 32 * MIB }]);
  await expect(disks.deleteFile({ machineId, file: 'data2.qcow2' }, never)).rejects.toMatchObject({ reason: 'diskInUse' });
  await disks.deleteFile({ machineId, file: 'data1.qcow2' }, never);

  const away = join(folder, 'away.vmdk');
  {
    await using exported = await disks.export({ machineId, diskId: 'data2', format: 'vmdk', compressed: false, onProgress }, never);
    const chunks: Uint8Array[] = [];
    for await (const chunk of exported.read(never)) chunks.push(chunk);
    expect(Buffer.concat(chunks)).toHaveLength(exported.sizeBytes);
    await host.writeFile(away, Buffer.concat(chunks), {}, never);
  }
  await disks.add({ machineId, from: { type: 'image', path: away, format: 'vmdk' }, onProgress }, never);
  expect(await disk(machineId, 'data1')).toMatchObject({ format: 'qcow2', sizeBytes: 24 * MIB });
  expect((await host.listFolder(folderOf(machineId), never))?.filter((name) => name.endsWith('.part'))).toEqual([]);
  await act(machineId, 'start');
});
