import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { QemuBed } from '../../../../testing/qemu-bed.ts';
import { testDisk, testRun } from '../../../../testing/test-guests.ts';
import { writingSystem } from '../../../../testing/test-systems.ts';
import type { MachineId } from '../../../contract/index.ts';
import type { DisksFacet } from '../../disks.ts';
import { facetOf } from '../../facets.ts';

const never = new AbortController().signal;
const MIB = 1024 * 1024;
const onProgress = () => {};

let bed: QemuBed;
let disks: DisksFacet;
beforeEach(async () => {
  bed = await QemuBed.open();
  disks = facetOf(bed.driver, 'disks');
});
afterEach(() => bed[Symbol.asyncDispose]());

const act = (id: MachineId, action: 'start' | 'kill') => bed.act(id, action);
const folderOf = (id: MachineId) => bed.filesOf(id).folder;
async function disk(machineId: MachineId, diskId: string) {
  const found = (await disks.list(machineId, never)).disks.find(({ id }) => id === diskId);
  if (found === undefined) throw new Error(`${diskId} is not listed`);
  return found;
}
async function said(id: MachineId, words: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const batch of bed.driver.logs.read(id, { follow: true, tail: null }, never)) {
    lines.push(...batch.map(({ text }) => text));
    if (lines.includes(words)) return lines;
  }
  throw new Error(`it never said ${words}`);
}

test('a workload’s disk: grown while it is stopped and while it runs, its filesystem too, and trimmed to the byte', async () => {
  const base = await testDisk(bed.host, { path: join(bed.folder, 'base.ext4'), shell: true }, never);
  const write = 'busybox dd if=/dev/urandom of=/big bs=1M count=20 2>/dev/null; busybox sync; busybox rm /big; busybox sync';
  const grows = 'while :; do set -- $(busybox df -k / | busybox tail -1); [ $2 -gt 200000 ] && break; sleep 1; done; echo grown';
  const script = `busybox df -k /; ${write}; echo written; ${grows}; exec sleep 1000`;
  await using machine = bed.removed(await bed.vms.define(testRun('grows', ['/bin/sh', '-c', script]), never));
  await bed.vms.setDisk(machine.id, base, never);
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
  await using machine = bed.removed(await writingSystem(bed.vms, bed.host));
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

  const away = join(bed.folder, 'away.vmdk');
  {
    await using exported = await disks.export({ machineId, diskId: 'data2', format: 'vmdk', compressed: false, onProgress }, never);
    const chunks: Uint8Array[] = [];
    for await (const chunk of exported.read(never)) chunks.push(chunk);
    expect(Buffer.concat(chunks)).toHaveLength(exported.sizeBytes);
    await bed.host.writeFile(away, Buffer.concat(chunks), {}, never);
  }
  await disks.add({ machineId, from: { type: 'image', path: away, format: 'vmdk' }, onProgress }, never);
  expect(await disk(machineId, 'data1')).toMatchObject({ format: 'qcow2', sizeBytes: 24 * MIB });
  expect((await bed.host.listFolder(folderOf(machineId), never))?.filter((name) => name.endsWith('.part'))).toEqual([]);
  await act(machineId, 'start');
});
