import { readdir, readFile, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { countingSystem, numbersIn } from '../../../../testing/counting-system.ts';
import { cutOff } from '../../../../testing/cut-off.ts';
import { QemuBed } from '../../../../testing/qemu-bed.ts';
import { testDisk, testRun } from '../../../../testing/test-guests.ts';
import { TEST_HARDWARE } from '../../../../testing/vm-hardware.ts';
import type { MachineAction, MachineId, SnapshotId } from '../../../contract/index.ts';
import { isAbort } from '../../../core/index.ts';
import type { ByteProgress } from '../../byte-progress.ts';
import { facetOf } from '../../facets.ts';
import { parseDefinition } from '../definition.ts';
import type { VmFiles } from '../vm-files.ts';

const never = new AbortController().signal;
const MIB = 1024 * 1024;
const isRoot = userInfo().uid === 0;
/** Says what time it is and draws random numbers for as long as it runs; its memory holds what cannot be left out. */
const DRAWS = [
  'busybox dd if=/dev/zero bs=1M count=40 2>/dev/null | tr "\\0" x > /dev/shm/full; i=0; while true; do i=$((i+1))',
  'echo "$i $(busybox date +%s) $(head -c 8 /dev/urandom | busybox md5sum)"; sleep 0.1; done',
].join('; ');

let bed: QemuBed;

beforeEach(async () => {
  bed = await QemuBed.open({}, isRoot ? 600 * MIB : null);
});
afterEach(() => bed[Symbol.asyncDispose]());

const act = (id: MachineId, action: MachineAction) => bed.act(id, action);
const find = (id: MachineId) => bed.find(id);
const stateOf = async (id: MachineId) => (await find(id))?.state;
const take = (id: MachineId, name: string, withMemory: boolean): Promise<SnapshotId> =>
  facetOf(bed.driver, 'snapshots').take(id, { name, description: '', withMemory, automatic: false }, () => {}, never);
const revert = (id: MachineId, snapshot: SnapshotId) => facetOf(bed.driver, 'snapshots').revert(id, snapshot, never);
/** What it is told that changes when it is not where it was; the running one, and the one that is written down. */
async function generation(id: MachineId): Promise<string | undefined> {
  const { pid, definition } = bed.filesOf(id);
  const { guest } = parseDefinition(definition, await readFile(definition, 'utf8'));
  const written = guest.type === 'system' ? guest.generationId : undefined;
  if ((await stateOf(id)) === 'running') {
    const command = await readFile(`/proc/${(await readFile(pid, 'utf8')).trim()}/cmdline`, 'utf8');
    expect(command).toContain(`vmgenid,guid=${written}`);
  }
  return written;
}

test('a PC goes on from its memory with its own numbers and its TPM; only a machine that went back or was copied is told so', async () => {
  const id = await countingSystem(
    bed.vms,
    { host: bed.host, name: 'pc', hardware: { ...TEST_HARDWARE, tpm: true, display: 'virtio', serialPorts: 2 } },
    never,
  );
  const files = bed.filesOf(id);
  const numbers = async () => numbersIn(await readFile(files.bootLog).catch(() => Buffer.alloc(0)));
  const last = async () => (await numbers()).at(-1) ?? 0;
  const tpm = (of: VmFiles = files) => readFile(of.tpmState, 'base64');
  /** The first number that is said after the work. */
  const next = async (work: () => Promise<unknown>) => {
    const before = (await numbers()).length;
    await work();
    return await vi.waitUntil(async () => (await numbers())[before], { timeout: 60_000 });
  };
  await act(id, 'start');
  await vi.waitUntil(async () => (await last()) > 3, { timeout: 60_000 });
  const [born, seal] = [await generation(id), await tpm()];

  await act(id, 'suspend');
  expect(await find(id)).toMatchObject({ state: 'suspended', actions: ['start', 'discard', 'remove'] });
  const atSuspend = await last();
  expect(await next(() => act(id, 'start'))).toBe(atSuspend + 1);
  // QEMU can neither write nor load it with the memory: it is taken away meanwhile.
  const clipboard = () => facetOf(bed.driver, 'displays').clipboard(id, never);
  expect(await clipboard()).toBe('noAgent');
  expect(await find(id)).toMatchObject({ state: 'running', startWay: 'restore' });
  expect(await generation(id)).toBe(born);

  const one = await take(id, 'one', true);
  expect(await clipboard()).toBe('noAgent');
  const atOne = await last();
  const two = await take(id, 'two', false);
  await act(id, 'kill');
  // It gets a new TPM, which knows nothing of what the old one sealed.
  await rm(files.tpmFolder, { recursive: true });
  expect(await next(() => act(id, 'start'))).toBe(1);
  expect(await tpm()).not.toBe(seal);
  expect(await generation(id)).toBe(born);

  const generations = new Set([born]);
  for (const round of [1, 2]) {
    await revert(id, one);
    expect(await tpm()).toBe(seal);
    const from = await next(() => act(id, 'start'));
    expect(from).toBeGreaterThan(1);
    expect(Math.abs(from - atOne)).toBeLessThan(4);
    expect(await tpm()).toBe(seal);
    expect(generations.add((await generation(id)) ?? '').size).toBe(1 + round);
  }
  await revert(id, two);
  expect(await tpm()).toBe(seal);
  expect(await next(() => act(id, 'start'))).toBe(1);
  expect(generations.add((await generation(id)) ?? '').size).toBe(4);

  const copies = facetOf(bed.driver, 'copies');
  const clone = (linked: boolean) => copies.clone(id, { name: `linked-${linked}`, linked, onProgress: () => {} }, never);
  const archive = await buffer(copies.export(id, () => {}, never));
  const bytes = async function* () {
    yield archive;
  };
  const made = [await clone(false), await clone(true), await copies.import(bytes(), { name: 'imported' }, never)];
  for (const copy of made) {
    expect(await tpm(bed.filesOf(copy))).toBe(await tpm());
    generations.add((await generation(copy)) ?? '');
  }
  expect(generations.size).toBe(7);
});

test('a twin whose memory comes back draws other numbers and knows the time; saving it can be cancelled, fail or be cut off', async () => {
  const id = await bed.vms.define(testRun('twin', ['/bin/sh', '-c', DRAWS]), never);
  const disk = await testDisk(bed.host, { path: join(bed.folder, 'base.ext4'), shell: true }, never);
  await bed.vms.setDisk(id, disk, never);
  const files = bed.filesOf(id);
  const lines = async () =>
    [...(await readFile(files.outputLog, 'utf8')).matchAll(/(\d+) (\d+) ([0-9a-f]{32}) {2}-$/gm)].map(([, count, time, drawn]) => ({
      count: Number(count),
      time: Number(time),
      drawn,
    }));
  const ahead = async (by: number) => {
    const seen = (await lines()).length;
    await vi.waitUntil(async () => (await lines()).length >= seen + by, { timeout: 60_000 });
    return (await lines()).slice(seen);
  };
  const memoryFiles = async () => (await readdir(files.folder)).filter((name) => name.endsWith('.memory'));
  await act(id, 'start');
  await vi.waitUntil(async () => (await lines()).length > 0, { timeout: 60_000 });

  // Cancelled: the state says what is done, and how far it is; then all is as before.
  const progress: ByteProgress[] = [];
  const over = new AbortController();
  const onProgress = (bytes: ByteProgress) => {
    progress.push(bytes);
    void stateOf(id).then((state) => expect(state).toBe('saving'));
    over.abort();
  };
  await expect(bed.driver.act(id, 'suspend', { force: false, onProgress }, over.signal)).rejects.toSatisfy(isAbort);
  expect(progress[0]?.totalBytes).toBeGreaterThan(100 * MIB);
  expect(await find(id)).toMatchObject({ state: 'running', actions: expect.arrayContaining(['suspend']) });
  expect(await memoryFiles()).toEqual([]);
  await ahead(1);

  // One that stood still stands still.
  await act(id, 'pause');
  const again = new AbortController();
  const stopped = bed.driver.act(id, 'suspend', { force: false, onProgress: () => again.abort() }, again.signal);
  await expect(stopped).rejects.toSatisfy(isAbort);
  expect(await stateOf(id)).toBe('paused');
  await act(id, 'resume');

  // The app is killed in the middle of it.
  await bed.reconnect(() => cutOff(bed.folder, id, 'suspend'));
  expect(await stateOf(id)).toBe('running');
  expect(await memoryFiles()).toEqual([]);
  await ahead(1);

  if (bed.room !== null) {
    await using little = await bed.room.leave(24 * MIB);
    const full = { reason: 'memoryNoSpace', problem: { params: { name: 'twin', folder: files.folder } } };
    await expect(act(id, 'suspend')).rejects.toMatchObject(full);
    await expect(take(id, 'never', true)).rejects.toMatchObject(full);
    await little[Symbol.asyncDispose]();
    expect(await stateOf(id)).toBe('running');
    expect((await facetOf(bed.driver, 'snapshots').list(id, never)).snapshots).toEqual([]);
    expect((await readdir(files.folder)).filter((name) => name.startsWith('snap-'))).toEqual([]);
    await ahead(1);
  }

  const snapshot = await take(id, 'one', true);
  const drawn = new Set<string | undefined>();
  for (const round of [1, 2]) {
    await revert(id, snapshot);
    const loaded: ByteProgress[] = [];
    await bed.driver.act(id, 'start', { force: false, onProgress: (bytes) => loaded.push(bytes) }, never);
    expect(loaded.length).toBeGreaterThan(0);
    // The line that it was about to write may be of the moment before it was told.
    const [, , third] = await ahead(3);
    expect(drawn.add(third?.drawn).size).toBe(round);
    expect(Math.abs((third?.time ?? 0) - Date.now() / 1000)).toBeLessThan(10);
  }
});
