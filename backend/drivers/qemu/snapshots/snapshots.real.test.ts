import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cutOff } from '../../../../testing/cut-off.ts';
import { QemuBed, type TestMachine } from '../../../../testing/qemu-bed.ts';
import { testDisk, testRun } from '../../../../testing/test-guests.ts';
import type { MachineAction, MachineId, SnapshotId } from '../../../contract/index.ts';
import { facetOf } from '../../facets.ts';
import type { VmFiles } from '../vm-files.ts';

const never = new AbortController().signal;
const MIB = 1024 * 1024;
/** Its only state is in its memory. */
const COUNTS = 'i=0; while true; do i=$((i+1)); echo "count $i"; sleep 0.1; done';
const noProgress = () => {};

let bed: QemuBed;
let disk: string;
let startWay: 'boot' | 'clone';

beforeEach(async () => {
  startWay = 'boot';
  bed = await QemuBed.open({ startWay: () => startWay });
  disk = await testDisk(bed.host, { path: join(bed.folder, 'base.ext4'), shell: true }, never);
});
afterEach(() => bed[Symbol.asyncDispose]());

const snapshots = () => facetOf(bed.driver, 'snapshots');

async function guest(name: string): Promise<TestMachine> {
  const id = await bed.vms.define(testRun(name, ['/bin/sh', '-c', COUNTS]), never);
  await bed.vms.setDisk(id, disk, never);
  return bed.removed(id);
}

const act = (id: MachineId, action: MachineAction) => bed.act(id, action);
const find = (id: MachineId) => bed.find(id);
async function take(id: MachineId, name: string, withMemory: boolean): Promise<SnapshotId> {
  return await snapshots().take(id, { name, description: '', withMemory, automatic: false }, noProgress, never);
}

/** Runs a line in the guest's shell. */
async function inside(id: MachineId, line: string): Promise<string> {
  await using console = await facetOf(bed.driver, 'terminals').open(id, 'console', { cols: 200, rows: 50 }, never);
  const mark = `${Math.floor(Math.random() * 1e9)}`;
  console.write(Buffer.from(`stty -echo; echo "${mark}-begin"; ${line}; echo "${mark}-end"\n`));
  let text = '';
  for await (const chunk of console.output) {
    text += Buffer.from(chunk).toString();
    const found = new RegExp(`${mark}-begin\\r?\\n([^]*)${mark}-end\\r?\\n`).exec(text);
    if (found !== null) return (found[1] ?? '').replaceAll('\r', '').trim();
  }
  throw new Error(`the shell ended: ${text}`);
}
const mark = (id: MachineId, word: string) => inside(id, `echo ${word} >> /marks; busybox sync`);
const marks = async (id: MachineId) => (await inside(id, 'cat /marks')).split('\n').join('');

/** What it last counted. */
async function counted({ files }: { files: VmFiles }): Promise<number> {
  const all = [...(await readFile(files.outputLog, 'utf8')).matchAll(/count (\d+)$/gm)];
  return Number(all.at(-1)?.[1] ?? 0);
}
/** The first number of what it writes from now on. */
async function countsFrom(machine: { files: VmFiles }, work: () => Promise<unknown>): Promise<number> {
  const { size } = await stat(machine.files.outputLog);
  await work();
  return (
    (await vi.waitUntil(
      async () => {
        const text = (await readFile(machine.files.outputLog)).subarray(size).toString();
        return Number(/count (\d+)\n/.exec(text)?.[1] ?? 0) || null;
      },
      { timeout: 60_000 },
    )) ?? 0
  );
}

const diskFiles = async ({ files }: { files: VmFiles }) =>
  (await readdir(files.folder)).filter((name) => /\.(qcow2|memory)$/.test(name)).sort();
const tree = async (id: MachineId) => await snapshots().list(id, never);

async function startAt(machine: { id: MachineId; files: VmFiles }, snapshot: SnapshotId): Promise<number> {
  await snapshots().revert(machine.id, snapshot, never);
  return await countsFrom(machine, () => act(machine.id, 'start'));
}

test('a tree with branches: each of its moments comes back with its files, and its memory where it was kept', async () => {
  await using machine = await guest('tree');
  const { id } = machine;
  await act(id, 'start');
  await mark(id, 'a');
  const one = await take(id, 'one', true);
  const countedAtOne = await counted(machine);
  await mark(id, 'b');
  const two = await take(id, 'two', false);
  await mark(id, 'c');
  const three = await take(id, 'three', true);
  expect(await marks(id)).toBe('abc');
  expect((await tree(id)).snapshots.map(({ name, parentId, memoryBytes }) => [name, parentId, memoryBytes === null])).toEqual([
    ['one', null, false],
    ['two', one, true],
    ['three', two, false],
  ]);

  // Back in memory: the same process goes on, and knows nothing of what came later.
  await snapshots().revert(id, one, never);
  expect(await find(id)).toMatchObject({ state: 'suspended', exitCode: null, actions: ['start', 'discard', 'remove'] });
  const from = await countsFrom(machine, () => act(id, 'start'));
  expect(await find(id)).toMatchObject({ state: 'running', startWay: 'restore', problem: null });
  expect(from).toBeGreaterThan(1);
  expect(from).toBeLessThanOrEqual(countedAtOne + 2);
  expect(await marks(id)).toBe('a');
  expect(Math.abs(Number(await inside(id, 'busybox date +%s')) - Date.now() / 1000)).toBeLessThan(10);

  await mark(id, 'd');
  const four = await take(id, 'four', true);

  // Without memory it boots.
  expect(await startAt(machine, two)).toBe(1);
  expect(await marks(id)).toBe('ab');
  await mark(id, 'e');
  const five = await take(id, 'five', false);
  await mark(id, 'f');
  const six = await take(id, 'six', false);
  await mark(id, 'g');
  const { snapshots: all, current } = await tree(id);
  expect(current.parentId).toBe(six);
  expect(all.find((snapshot) => snapshot.id === six)?.parentId).toBe(five);

  // Two branches need its file: it stays, unseen.
  expect(await snapshots().deletionOf(id, two, never)).toMatchObject({ freedBytes: 0, copiedBytes: 0, children: 2 });
  await snapshots().delete(id, two, noProgress, never);
  // In the middle of the running machine's own chain.
  const before = await diskFiles(machine);
  const deletion = await snapshots().deletionOf(id, five, never);
  expect(deletion).toMatchObject({ children: 1 });
  await snapshots().delete(id, five, noProgress, never);
  expect((await diskFiles(machine)).length).toBe(before.length - 1);
  expect(await marks(id)).toBe('abefg');
  expect((await tree(id)).snapshots.map(({ name, parentId }) => [name, parentId])).toEqual([
    ['one', null],
    ['three', one],
    ['four', one],
    ['six', one],
  ]);

  expect(await startAt(machine, three)).toBeGreaterThan(1);
  expect(await marks(id)).toBe('abc');
  expect(await startAt(machine, four)).toBeGreaterThan(1);
  expect(await marks(id)).toBe('ad');

  // With the last branch beside them go the files that were kept for it.
  await snapshots().delete(id, one, noProgress, never);
  await snapshots().delete(id, three, noProgress, never);
  expect(await marks(id)).toBe('ad');
  await startAt(machine, six);
  expect(await marks(id)).toBe('abef');
  await snapshots().delete(id, four, noProgress, never);
  await snapshots().delete(id, six, noProgress, never);
  expect(await tree(id)).toMatchObject({ snapshots: [], current: { parentId: null } });
  expect(await diskFiles(machine)).toHaveLength(1);
  expect(await marks(id)).toBe('abef');
  await act(id, 'kill');
  await act(id, 'start');
  expect(await marks(id)).toBe('abef');
});

test('a suspended clone of a template goes on with the same process, also under another driver; what does not fit is said', async () => {
  startWay = 'clone';
  await using first = await guest('first');
  await act(first.id, 'start');
  const made = async () => (await readdir(bed.options.templatesDir).catch(() => [])).some((name) => !name.endsWith('.part'));
  await vi.waitUntil(made, { timeout: 60_000 });
  await using machine = await guest('clone');
  const { id } = machine;
  await act(id, 'start');
  expect(await find(id)).toMatchObject({ startWay: 'clone' });
  await act(id, 'suspend');
  expect(await find(id)).toMatchObject({ state: 'suspended' });
  const countedAtSuspend = await counted(machine);
  await bed.reconnect();
  expect(await find(id)).toMatchObject({ state: 'suspended' });
  const from = await countsFrom(machine, () => act(id, 'start'));
  expect(from).toBe(countedAtSuspend + 1);
  expect(await diskFiles(machine)).toEqual(['disk.qcow2']);

  await act(id, 'suspend');
  const text = await readFile(machine.files.definition, 'utf8');
  await bed.host.writeFile(machine.files.definition, text.replace('"memoryBytes": 134217728', `"memoryBytes": ${192 * MIB}`), {}, never);
  await expect(act(id, 'start')).rejects.toMatchObject({ reason: 'memoryUnfit', problem: { params: { parts: 'memory' } } });
  expect(await find(id)).toMatchObject({ state: 'failed', actions: ['start', 'remove', 'discard'] });
  await act(id, 'discard');
  expect(await diskFiles(machine)).toEqual(['disk.qcow2']);
  expect(await countsFrom(machine, () => act(id, 'start'))).toBe(1);
});

const interrupted = (id: MachineId, ...words: string[]) => bed.reconnect(() => cutOff(bed.folder, id, ...words));

test('whoever takes or deletes may be killed in the middle: the tree stays whole, and nothing is left lying about', async () => {
  await using machine = await guest('crash');
  const { id } = machine;
  await act(id, 'start');
  await mark(id, 'a');
  await interrupted(id, 'take');
  expect(await find(id)).toMatchObject({ state: 'running' });
  expect(await marks(id)).toBe('a');
  for (const { memoryBytes } of (await tree(id)).snapshots) expect(memoryBytes).toBeGreaterThan(0);
  expect(await diskFiles(machine)).toHaveLength(1 + 2 * (await tree(id)).snapshots.length);

  const one = await take(id, 'one', false);
  await inside(id, 'busybox dd if=/dev/urandom of=/big bs=1M count=12 2>/dev/null; busybox sync');
  const sum = await inside(id, 'busybox md5sum /big');
  const two = await take(id, 'two', false);
  await mark(id, 'b');
  await interrupted(id, 'delete', two);
  expect(await find(id)).toMatchObject({ state: 'running' });
  expect(await marks(id)).toBe('ab');
  expect(await inside(id, 'busybox md5sum /big')).toBe(sum);
  if ((await tree(id)).snapshots.some((snapshot) => snapshot.id === two)) await snapshots().delete(id, two, noProgress, never);
  expect(await inside(id, 'busybox md5sum /big')).toBe(sum);
  await snapshots().delete(id, one, noProgress, never);
  await act(id, 'kill');
  await act(id, 'start');
  expect(await inside(id, 'busybox md5sum /big')).toBe(sum);
  expect(await marks(id)).toBe('ab');
});
