import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { QemuBed } from '../../../../testing/qemu-bed.ts';
import { TEST_PORTS } from '../../../../testing/test-ports.ts';
import { createSystem } from '../../../../testing/test-systems.ts';
import { type MachineId, splitId, type VmHardware } from '../../../contract/index.ts';
import { AppError } from '../../../core/index.ts';
import { facetOf } from '../../facets.ts';
import { type ArchiveFile, readArchive, writeArchive } from '../archive/archive-tar.ts';

const never = new AbortController().signal;
const MIB = 1024 * 1024;
const HARDWARE: Partial<VmHardware> = { maximumCpus: 3, cdrom: { path: null }, macAddress: '52:54:00:12:34:56' };

let bed: QemuBed;
beforeEach(async () => {
  bed = await QemuBed.open();
});
afterEach(() => bed[Symbol.asyncDispose]());

async function run(...argv: [string, ...string[]]): Promise<number> {
  return (await bed.host.exec(argv, {}, never)).exitCode;
}
function folderOf(id: MachineId): string {
  return bed.filesOf(id).folder;
}
function diskPathOf(id: MachineId): string {
  return join(folderOf(id), 'disk.qcow2');
}
const act = (id: MachineId, action: 'start' | 'pause' | 'kill' | 'remove') => bed.act(id, action, { force: true });

/** A machine whose disk has content that no other has. Nothing on it boots: its firmware runs on. */
async function system(name: string): Promise<MachineId> {
  const port = {
    protocol: 'tcp' as const,
    hostAddress: '127.0.0.1',
    hostPort: await bed.host.freePort(TEST_PORTS, never),
    machinePort: 80,
  };
  const write = async (path: string) =>
    expect(await run('qemu-io', '-f', 'qcow2', '-c', 'write -P 0x5a 1M 3M', '-c', 'write -P 0x77 40M 64k', path)).toBe(0);
  return await createSystem(bed.vms, bed.host, { name, hardware: HARDWARE, ports: [port], autostart: true, write });
}

/** Whether two disks have the same content for a guest. */
async function same(one: string, other: string): Promise<boolean> {
  return (await run('qemu-img', 'compare', '-U', '-f', 'qcow2', '-F', 'qcow2', one, other)) === 0;
}

test('a clone has the content and nothing else of its original, stopped or running', async () => {
  const id = await system('original');
  const copies = facetOf(bed.driver, 'copies');
  const progress: number[] = [];
  const stopped = await copies.clone(id, { name: 'first', linked: false, onProgress: (fraction) => progress.push(fraction) }, never);
  expect(progress.at(-1)).toBe(1);
  await act(id, 'start');
  const running = await copies.clone(id, { name: 'second', linked: false, onProgress: () => {} }, never);
  for (const clone of [stopped, running]) {
    expect(await same(diskPathOf(id), join(folderOf(clone), 'root.qcow2'))).toBe(true);
    const machine = await bed.find(clone);
    expect(machine).toMatchObject({ state: 'stopped', twinId: null, vm: { autostart: false } });
    expect(machine?.ports[0]?.hostPort).not.toBe((await bed.find(id))?.ports[0]?.hostPort);
    expect((await facetOf(bed.driver, 'hardware').get(clone, never)).defined.hardware?.macAddress).not.toBe(HARDWARE.macAddress);
  }
  await act(running, 'start');
  expect((await bed.find(running))?.state).toBe('running');
  await expect(copies.clone(id, { name: 'first', linked: false, onProgress: () => {} }, never)).rejects.toMatchObject({
    reason: 'nameTaken',
  });
  for (const one of [id, stopped, running]) await act(one, 'remove');
});

test('a linked clone and its original each keep their own writes, and what both lie on stays until the clone is gone', async () => {
  const id = await system('base');
  const bin = facetOf(bed.driver, 'bin');
  const copies = facetOf(bed.driver, 'copies');
  const snapshots = facetOf(bed.driver, 'snapshots');
  const linked = async (name: string) => await copies.clone(id, { name, linked: true, onProgress: () => {} }, never);
  const snapshotNames = async () => (await snapshots.list(id, never)).snapshots.map(({ name }) => name);
  const writes = async (machine: MachineId, pattern: string) => {
    const [disk] = (await facetOf(bed.driver, 'disks').list(machine, never)).disks;
    expect(await run('qemu-io', '-f', 'qcow2', '-c', `write -P ${pattern} 8M 1M`, join(folderOf(machine), disk?.file ?? ''))).toBe(0);
  };
  const reads = async (machine: MachineId, ...patterns: string[]) => {
    const [disk] = (await facetOf(bed.driver, 'disks').list(machine, never)).disks;
    const commands = patterns.flatMap((pattern) => ['-c', `read -P ${pattern}`]);
    const { stdout } = await bed.host.exec(['qemu-io', '-f', 'qcow2', ...commands, join(folderOf(machine), disk?.file ?? '')], {}, never);
    return !stdout.toString().includes('verification failed');
  };

  const stopped = await linked('linked-1');
  const again = await linked('linked-2');
  // Nothing was written between them: both lie on the one snapshot.
  expect(await snapshotNames()).toEqual(['linked-1']);
  await act(id, 'start');
  const running = await linked('linked-3');
  expect(await snapshotNames()).toEqual(['linked-1', 'linked-3']);
  await act(running, 'start');
  expect((await bed.find(running))?.state).toBe('running');
  for (const one of [id, running]) await act(one, 'kill');

  await writes(id, '0x11');
  await writes(stopped, '0x22');
  expect(await reads(id, '0x5a 1M 3M', '0x11 8M 1M', '0x77 40M 64k')).toBe(true);
  expect(await reads(stopped, '0x5a 1M 3M', '0x22 8M 1M', '0x77 40M 64k')).toBe(true);
  expect(await reads(running, '0x5a 1M 3M', '0x00 8M 1M', '0x77 40M 64k')).toBe(true);
  expect(await reads(stopped, '0x11 8M 1M')).toBe(false);

  await expect(linked('linked-1')).rejects.toMatchObject({ reason: 'nameTaken' });
  const [first, second] = (await snapshots.list(id, never)).snapshots;
  if (first === undefined || second === undefined) throw new Error('two were taken');
  const refusal = { reason: 'filesLinked', problem: { params: { name: 'base', machines: 'linked-1, linked-2, linked-3' } } };
  await expect(snapshots.deletionOf(id, first.id, never)).rejects.toMatchObject(refusal);
  await expect(snapshots.delete(id, first.id, () => {}, never)).rejects.toMatchObject(refusal);
  await snapshots.revert(id, first.id, never);
  expect(await reads(running, '0x5a 1M 3M', '0x77 40M 64k')).toBe(true);

  const native = (machine: MachineId) => splitId(machine).nativeId;
  await act(id, 'remove');
  await expect(bin.remove(native(id), never)).rejects.toMatchObject(refusal);
  expect(await reads(stopped, '0x5a 1M 3M')).toBe(true);
  // One in the bin can come back, so it counts; one that stands alone does not.
  await act(stopped, 'remove');
  await facetOf(bed.driver, 'disks').flatten({ machineId: again, diskId: 'root', onProgress: () => {} }, never);
  await act(running, 'remove');
  await bin.remove(native(running), never);
  expect((await bin.list(never)).find((one) => one.id === native(id))?.usedBy).toEqual(['linked-1']);
  await bin.remove(native(stopped), never);
  await bin.remove(native(id), never);
  expect(await reads(again, '0x5a 1M 3M', '0x77 40M 64k')).toBe(true);
  await act(again, 'remove');
  await bin.remove(native(again), never);
});

test('what a running machine can take counts at once, the rest from its next start on, also for a new driver', async () => {
  const id = await system('changing');
  const hardware = () => facetOf(bed.driver, 'hardware');
  const disc = join(bed.folder, 'disc.iso');
  await writeFile(disc, Buffer.alloc(MIB, 1));
  await act(id, 'start');
  expect(await hardware().get(id, never)).toMatchObject({ atNextStart: [], addableCpus: 3, balloon: { maximumBytes: 128 * MIB } });

  await hardware().change(id, { cpus: 2, memoryBytes: 256 * MIB, hardware: { linkUp: false, cdrom: { path: disc }, tpm: false } }, never);
  const report = await hardware().get(id, never);
  expect(report.running).toMatchObject({ cpus: 2, memoryBytes: 128 * MIB, hardware: { linkUp: false, cdrom: { path: disc } } });
  expect(report.atNextStart).toEqual(['memoryBytes']);
  expect((await bed.find(id))?.vm?.atNextStart).toEqual(['memoryBytes']);
  await hardware().setBalloon(id, 64 * MIB, never);
  await expect(hardware().setBalloon(id, 512 * MIB, never)).rejects.toMatchObject({ reason: 'invalidInput' });
  await expect(hardware().change(id, { cpus: 4 }, never)).rejects.toMatchObject({ reason: 'invalidInput' });
  await expect(hardware().change(id, { hardware: { cdrom: { path: '/not/there.iso' } } }, never)).rejects.toMatchObject({
    reason: 'fileMissing',
  });
  await hardware().rename(id, 'renamed', never);

  await bed.reconnect();
  expect(await bed.find(id)).toMatchObject({ name: 'renamed', state: 'running', vm: { atNextStart: ['memoryBytes'] } });
  await hardware().undo(id, ['memoryBytes'], never);
  expect((await hardware().get(id, never)).defined.memoryBytes).toBe(128 * MIB);
  await hardware().change(id, { hardware: { cdrom: { path: null }, linkUp: true } }, never);
  expect((await hardware().get(id, never)).running?.hardware).toMatchObject({ cdrom: { path: null }, linkUp: true });
  await act(id, 'remove');
});

test('an archive brings the machine back with the same content, and nothing of the host that wrote it', async () => {
  const id = await system('travelling');
  const copies = facetOf(bed.driver, 'copies');
  await facetOf(bed.driver, 'hardware').change(
    id,
    { hardware: { sharedFolders: [{ tag: 'work', path: bed.folder, writable: true }] } },
    never,
  );
  const archive = await buffer(copies.export(id, () => {}, never));
  expect(archive.length).toBeLessThan(2 * MIB);
  const there = await copies.import(chunks(archive), { name: null }, never);
  expect(await bed.find(there)).toMatchObject({ name: 'travelling-2', state: 'stopped', vm: { autostart: false } });
  expect(await same(diskPathOf(id), join(folderOf(there), 'root.qcow2'))).toBe(true);
  expect((await facetOf(bed.driver, 'hardware').get(there, never)).defined.hardware?.sharedFolders).toEqual([]);

  const before = (await bed.driver.list(never)).length;
  const refused = async (bytes: Uint8Array) =>
    copies.import(chunks(bytes), { name: null }, never).then(
      () => null,
      (error: unknown) => (error instanceof AppError ? error.reason : error),
    );
  const flipped = Buffer.from(archive);
  flipped[archive.length - 4096] = (flipped[archive.length - 4096] ?? 0) ^ 1;
  expect(['vmArchiveDamaged', 'vmArchiveInvalid']).toContain(await refused(flipped));
  expect(await refused(archive.subarray(0, archive.length / 2))).toBe('vmArchiveInvalid');
  const overlay = join(bed.folder, 'overlay.qcow2');
  expect(await run('qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', '/etc/passwd', overlay, String(64 * MIB))).toBe(0);
  expect(await refused(await withDisk(archive, await readFile(overlay)))).toBe('vmArchiveHostile');
  expect(await refused(await withMachine(archive, { version: 9 }))).toBe('vmArchiveVersion');
  expect((await bed.driver.list(never)).length).toBe(before);

  const ended = new AbortController();
  ended.abort();
  await expect(copies.import(chunks(archive), { name: 'never' }, ended.signal)).rejects.toMatchObject({ code: 'cancelled' });
  expect((await bed.driver.list(never)).length).toBe(before);
  for (const one of [id, there]) await act(one, 'remove');
});

test('a removed machine lies in the bin with its disks, comes back, and is gone when it is deleted for good', async () => {
  const id = await system('binned');
  const bin = facetOf(bed.driver, 'bin');
  await act(id, 'start');
  await act(id, 'remove');
  expect(await bed.find(id)).toBeUndefined();
  const [entry] = await bin.list(never);
  expect(entry).toMatchObject({ name: 'binned' });
  expect(entry?.sizeBytes).toBeGreaterThan(3 * MIB);
  const other = await system('binned');
  const back = await bin.restore(entry?.id ?? '', never);
  expect(back).toBe(id);
  expect(await bed.find(id)).toMatchObject({ name: 'binned-2', state: 'stopped' });
  await act(id, 'start');
  expect((await bed.find(id))?.state).toBe('running');
  for (const one of [id, other]) await act(one, 'remove');
  for (const { id: gone } of await bin.list(never)) await bin.remove(gone, never);
  expect(await bin.list(never)).toEqual([]);
  await expect(stat(folderOf(id))).rejects.toThrow();
});

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

/** The same archive with true sums, and one of its files changed. */
async function rewritten(archive: Uint8Array, change: (name: string, content: Buffer) => Buffer): Promise<Buffer> {
  const files: { name: string; content: Buffer }[] = [];
  await readArchive(chunks(archive), async ({ name, bytes }) => {
    files.push({ name, content: change(name, await buffer(bytes)) });
  });
  const all = async function* (): AsyncGenerator<ArchiveFile, void> {
    for (const { name, content } of files) yield { name, sizeBytes: content.length, bytes: chunks(content) };
  };
  return await buffer(writeArchive(all()));
}
const withDisk = (archive: Uint8Array, disk: Buffer) => rewritten(archive, (name, content) => (name.endsWith('.qcow2') ? disk : content));
const withMachine = (archive: Uint8Array, fields: object) =>
  rewritten(archive, (name, content) =>
    name === 'machine.json' ? Buffer.from(JSON.stringify({ ...JSON.parse(content.toString()), ...fields })) : content,
  );
