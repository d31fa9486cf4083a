import { copyFile, mkdir, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../../../testing/temporary.ts';
import { connectTestQemu, testDisk, testQemuOptions, testRun } from '../../../testing/test-guests.ts';
import { TEST_PORTS } from '../../../testing/test-ports.ts';
import type { Machine, MachineId, StartWay, VmTemplate } from '../../contract/index.ts';
import { silentLogger } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { createLocalHost } from '../../hosts/local.ts';
import type { Driver, RunSpec, VirtualMachinesFacet } from '../driver.ts';
import type { QemuFinderOptions } from './finder.ts';

const never = new AbortController().signal;
/** What a clone must not share with its siblings, and what it must have of its own. */
const TELLS = [
  '/bin/sh',
  '-c',
  'cat /proc/sys/kernel/random/uuid /proc/sys/kernel/random/boot_id; uname -n; cat /sys/class/net/eth0/address; cat /mark; echo told; exec sleep 1000',
];

let parts: AsyncDisposableStack;
let host: Host;
let options: QemuFinderOptions;
let driver: Driver;
let vms: VirtualMachinesFacet;
let disk: string;
let startWay: StartWay = 'clone';
let otherMiB = 144;

beforeAll(async () => {
  parts = new AsyncDisposableStack();
  host = parts.use(createLocalHost({ logger: silentLogger }));
  const folder = parts.use(await temporaryFolder()).path;
  options = { ...(await testQemuOptions(folder)), startWay: () => startWay };
  disk = await testDisk(host, { path: join(folder, 'base.ext4'), shell: true }, never);
  await connect();
  parts.defer(() => driver[Symbol.asyncDispose]());
  // The first start boots; it makes the template that all tests clone from.
  await using first = await guest(testRun('first', TELLS));
  await start(first.id);
  expect((await find(first.id)).startWay).toBe('boot');
  await templateMade();
});
afterAll(() => parts[Symbol.asyncDispose]());

async function connect(): Promise<void> {
  driver = await connectTestQemu(host, options, never);
  if (driver.virtualMachines === undefined) throw new Error('QEMU runs virtual machines');
  vms = driver.virtualMachines;
}

/** Which no template has yet. */
function otherSize(): RunSpec['limits'] {
  otherMiB += 16;
  return { cpus: 1, memoryBytes: otherMiB * 1024 * 1024, processes: null };
}

async function templateMade(): Promise<string> {
  const made = async () => (await readdir(options.templatesDir).catch(() => [])).find((name) => !name.endsWith('.part')) ?? null;
  return join(options.templatesDir, (await vi.waitUntil(made, { timeout: 60_000 })) ?? '');
}

async function guest(spec: RunSpec): Promise<{ id: MachineId } & AsyncDisposable> {
  const id = await vms.define(spec, never);
  await vms.setDisk(id, disk, never);
  return { id, [Symbol.asyncDispose]: () => driver.act(id, 'remove', { force: true }, never) };
}

const listed = async () => (await driver.vmTemplates?.list(never)) ?? [];
const forget = async (which: (template: VmTemplate) => boolean) =>
  await driver.vmTemplates?.remove(
    (await listed()).filter(which).map(({ key }) => key),
    never,
  );
const start = (id: MachineId) => driver.act(id, 'start', { force: false }, never);

async function find(id: MachineId): Promise<Machine> {
  const found = (await driver.list(never)).find((machine) => machine.id === id);
  if (found === undefined) throw new Error(`${id} is not listed`);
  return found;
}

async function told(id: MachineId): Promise<{ lines: string[]; timesMs: number[] }> {
  const lines: string[] = [];
  const timesMs: number[] = [];
  for await (const batch of driver.logs.read(id, { follow: true, tail: null }, never)) {
    for (const line of batch.filter(({ stream }) => stream === 'stdout')) {
      lines.push(line.text);
      timesMs.push(line.timeMs ?? 0);
    }
    if (lines.includes('told')) break;
  }
  return { lines, timesMs };
}

async function output(id: MachineId): Promise<string[]> {
  const lines: string[] = [];
  for await (const batch of driver.logs.read(id, { follow: false, tail: null }, never)) {
    lines.push(...batch.filter(({ stream }) => stream === 'stdout').map(({ text }) => text));
  }
  return lines;
}

test('a clone has a name, a MAC, random numbers, a clock and a disk of its own, and ends as any machine does', async () => {
  await using one = await guest(testRun('one', TELLS));
  await using two = await guest(testRun('two', TELLS));
  const beforeMs = Date.now();
  await start(one.id);
  await start(two.id);
  expect([await find(one.id), await find(two.id)]).toMatchObject([
    { startWay: 'clone', state: 'running' },
    { startWay: 'clone', state: 'running' },
  ]);
  const [first, second] = [await told(one.id), await told(two.id)];
  expect([first.lines[2], second.lines[2]]).toEqual(['one', 'two']);
  expect(first.lines[0]).not.toBe(second.lines[0]);
  expect(first.lines[1]).not.toBe(second.lines[1]);
  expect(first.lines[3]).toMatch(/^52:54:00(:[0-9a-f]{2}){3}$/);
  expect(first.lines[3]).not.toBe(second.lines[3]);
  // Told by the guest's own clock; the template's is older than this test.
  for (const timeMs of [...first.timesMs, ...second.timesMs]) expect(timeMs).toBeGreaterThan(beforeMs - 1000);
  await driver.act(one.id, 'stop', { force: false }, never);
  expect(await find(one.id)).toMatchObject({ state: 'stopped', exitCode: 143 });
  await driver.act(two.id, 'kill', { force: false }, never);
  expect(await find(two.id)).toMatchObject({ state: 'stopped', exitCode: 137 });
});

test('what a clone writes stays on its own disk, over restarts', async () => {
  const write = ['/bin/sh', '-c', 'cat /mark 2>/dev/null || echo none; echo mine > /mark; echo told'];
  await using one = await guest(testRun('writer', write));
  await using other = await guest(testRun('other', write));
  for (const runs of [1, 2]) {
    await start(one.id);
    const ended = await vi.waitUntil(async () => (await find(one.id)).state === 'stopped', { timeout: 60_000 });
    expect(ended, `run ${runs}`).toBe(true);
  }
  expect((await output(one.id)).filter((line) => line !== 'told')).toEqual(['none', 'mine']);
  await start(other.id);
  expect((await told(other.id)).lines[0]).toBe('none');
});

test('its ports are forwarded, it can be paused and resumed, and the next driver takes it over with the way and the cost of its start', async () => {
  const hostPort = await host.freePort(TEST_PORTS, never);
  const page = ['/bin/sh', '-c', 'echo page > /index.html; echo told; exec httpd -f -p 80 -h /'];
  const ports = [{ protocol: 'tcp' as const, hostAddress: '127.0.0.1', hostPort, machinePort: 80 }];
  await using web = await guest(testRun('web', page, { ports }));
  await start(web.id);
  expect(await find(web.id)).toMatchObject({ startWay: 'clone' });
  const body = async () => (await fetch(`http://127.0.0.1:${hostPort}/`)).text();
  await expect.poll(() => body().catch(() => '')).toBe('page\n');
  await driver.act(web.id, 'pause', { force: false }, never);
  await driver.act(web.id, 'resume', { force: false }, never);
  expect(await body()).toBe('page\n');
  const timing = { requestedAtMs: 1, preparationMs: 2, runningMs: 3, firstOutputMs: null };
  await Promise.all([timing, { ...timing, firstOutputMs: 4 }].map((one) => vms.keepTiming(web.id, one, never)));
  await driver[Symbol.asyncDispose]();
  await connect();
  const known = { startWay: 'clone', startTiming: { ...timing, firstOutputMs: 4 } };
  expect(await find(web.id)).toMatchObject({ state: 'running', ...known });
  expect(await body()).toBe('page\n');
  await driver.act(web.id, 'kill', { force: false }, never);
  expect(await find(web.id)).toMatchObject({ state: 'stopped', ...known });
  // Of the next start nobody has said yet what it took.
  await start(web.id);
  expect(await find(web.id)).toMatchObject({ startWay: 'clone', startTiming: null });
  await driver[Symbol.asyncDispose]();
  await connect();
  expect(await find(web.id)).toMatchObject({ startWay: 'clone', startTiming: null });
});

test('a template that does not work is thrown away, and the machine boots', async () => {
  const folder = await templateMade();
  await truncate(join(folder, 'state'), 100);
  await using one = await guest(testRun('unlucky', TELLS));
  await start(one.id);
  expect(await find(one.id)).toMatchObject({ state: 'running', startWay: 'boot' });
  await templateMade();
});

test('another size is another template', async () => {
  const before = await listed();
  await using larger = await guest(testRun('larger', TELLS, { limits: otherSize() }));
  await start(larger.id);
  expect((await find(larger.id)).startWay).toBe('boot');
  await expect.poll(async () => (await listed()).length).toBe(before.length + 1);
});

test('turned off, a machine boots where there is a template for it, and none is made where there is none', async () => {
  const [without, later] = [otherSize(), otherSize()];
  const sizes = async () => (await listed()).map(({ memoryBytes }) => memoryBytes);
  startWay = 'boot';
  try {
    for (const [name, changes] of [['booted', {}] as const, ['without', { limits: without }] as const]) {
      await using booted = await guest(testRun(name, TELLS, changes));
      await start(booted.id);
      expect((await find(booted.id)).startWay).toBe('boot');
    }
  } finally {
    startWay = 'clone';
  }
  // A later start's template is there: an earlier one's would be.
  await using last = await guest(testRun('last', TELLS, { limits: later }));
  await start(last.id);
  await vi.waitUntil(async () => (await sizes()).includes(later.memoryBytes ?? 0), { timeout: 60_000, interval: 200 });
  expect(await sizes()).not.toContain(without.memoryBytes);
});

test('there are at most eight: for another one the one goes that was not used for the longest time, unless a machine runs from it', async () => {
  await using runs = await guest(testRun('runs', TELLS));
  await start(runs.id);
  const used = (await listed()).find(({ machines }) => machines.includes('runs'))?.key ?? '';
  await forget(({ key }) => key !== used);
  // As many as there may be, each with all that a list knows of one; the one in use is the oldest.
  const others = Array.from({ length: 7 }, (_, index) => `${index}`.padStart(12, 'f'));
  for (const other of others) {
    await mkdir(join(options.templatesDir, other));
    await copyFile(join(options.templatesDir, used, 'template.json'), join(options.templatesDir, other, 'template.json'));
  }
  const [oldest = ''] = others;
  for (const [index, key] of [used, ...others].entries()) await writeFile(join(options.templatesDir, key, 'used'), `${index + 1}\n`);
  expect((await listed()).map(({ key }) => key).slice(-2)).toEqual([oldest, used]);

  const limits = otherSize();
  await using another = await guest(testRun('another', TELLS, { limits }));
  await start(another.id);
  await vi.waitUntil(async () => (await listed()).some(({ memoryBytes }) => memoryBytes === limits.memoryBytes), {
    timeout: 60_000,
    interval: 200,
  });
  const keys = (await listed()).map(({ key }) => key);
  expect(keys).toHaveLength(8);
  expect(keys).toContain(used);
  expect(keys).not.toContain(oldest);
});

test('ending the app ends a template that is being made, and what a crash left of one is swept away', async () => {
  const left = join(options.templatesDir, 'abandoned.part');
  await mkdir(left);
  await writeFile(join(left, 'memory'), 'x');
  await driver[Symbol.asyncDispose]();
  await connect();
  await using other = await guest(testRun('sweeper', TELLS, { limits: otherSize() }));
  await start(other.id);
  // Its template is begun with.
  await vi.waitUntil(async () => (await readdir(options.runDir)).some((name) => name.endsWith('.part')), { timeout: 60_000 });
  await driver[Symbol.asyncDispose]();
  try {
    expect(await readdir(options.runDir)).toEqual([other.id.split('/')[1]]);
    expect((await readdir(options.templatesDir)).filter((name) => name.endsWith('.part'))).toEqual([]);
  } finally {
    await connect();
  }
});
