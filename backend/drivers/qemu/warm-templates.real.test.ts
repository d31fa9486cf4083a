import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../../../testing/temporary.ts';
import { connectTestQemu, TEST_IMAGE, testDisk, testQemuOptions, testRun } from '../../../testing/test-guests.ts';
import { TEST_PORTS } from '../../../testing/test-ports.ts';
import { imageId, type Machine, type MachineId, type VmTemplate } from '../../contract/index.ts';
import { silentLogger } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { createLocalHost } from '../../hosts/local.ts';
import type { Driver, RunSpec, VirtualMachinesFacet } from '../driver.ts';
import type { QemuFinderOptions } from './finder.ts';
import { vmFiles } from './vm-files.ts';

const never = new AbortController().signal;
/** Its entrypoint is seen by the first line; what it then asks for, at every turn, must be each clone's own. */
const WEB = [
  'echo begun; echo page > /index.html; httpd -p 80 -h /',
  'while :; do echo "$(cat /proc/sys/kernel/random/uuid) $(cat /etc/machine-id) $(uname -n) $(cat /etc/hostname) $(cat /sys/class/net/eth0/address)"; sleep 1; done',
].join('; ');
const EXPOSED = [{ protocol: 'tcp' as const, port: 80 }];

let parts: AsyncDisposableStack;
let host: Host;
let options: QemuFinderOptions;
let driver: Driver;
let vms: VirtualMachinesFacet;
let disk: string;

beforeAll(async () => {
  parts = new AsyncDisposableStack();
  host = parts.use(createLocalHost({ logger: silentLogger }));
  const folder = parts.use(await temporaryFolder()).path;
  options = { ...(await testQemuOptions(folder)), startWay: () => 'warm' };
  disk = await testDisk(host, { path: join(folder, 'base.ext4'), shell: true }, never);
  await connect();
  parts.defer(() => driver[Symbol.asyncDispose]());
});
afterAll(() => parts[Symbol.asyncDispose]());
beforeEach(async () => {
  const { length } = await list();
  if (length === 2) return;
  await using first = await web('first');
  await start(first.id);
  // The first start has nothing to go on from.
  if (length === 0) expect((await find(first.id)).startWay).toBe('boot');
  await templates(2);
});

async function connect(): Promise<void> {
  driver = await connectTestQemu(host, options, never);
  if (driver.virtualMachines === undefined) throw new Error('QEMU runs virtual machines');
  vms = driver.virtualMachines;
}

const list = async (): Promise<VmTemplate[]> => (await driver.vmTemplates?.list(never)) ?? [];
const templates = (count: number) => vi.waitUntil(async () => (await list()).length === count, { timeout: 90_000, interval: 200 });
const warm = async () => (await list()).find(({ kind }) => kind === 'warm');
const start = (id: MachineId) => driver.act(id, 'start', { force: false }, never);
const filesOf = (id: MachineId) => vmFiles(options, id.slice(id.indexOf('/') + 1));

async function guest(spec: RunSpec): Promise<{ id: MachineId } & AsyncDisposable> {
  const id = await vms.define(spec, never);
  await vms.setDisk(id, disk, never);
  return { id, [Symbol.asyncDispose]: () => driver.act(id, 'remove', { force: true }, never) };
}

/** With its page on a port of the host. */
async function web(name: string, spec: Partial<RunSpec> = {}): Promise<{ id: MachineId; page: () => Promise<string> } & AsyncDisposable> {
  const hostPort = await host.freePort(TEST_PORTS, never);
  const ports = [{ protocol: 'tcp' as const, hostAddress: '127.0.0.1', hostPort, machinePort: 80 }];
  const run = testRun(name, ['/bin/sh', '-c', WEB], { ports, process: { exposedPorts: EXPOSED } });
  return { ...(await guest({ ...run, ...spec })), page: async () => await (await fetch(`http://127.0.0.1:${hostPort}/`)).text() };
}

async function find(id: MachineId): Promise<Machine> {
  const found = (await driver.list(never)).find((machine) => machine.id === id);
  if (found === undefined) throw new Error(`${id} is not listed`);
  return found;
}

/** What it wrote, until that is enough. */
async function output(id: MachineId, enough: (lines: { text: string; timeMs: number }[]) => boolean) {
  const lines: { text: string; timeMs: number }[] = [];
  for await (const batch of driver.logs.read(id, { follow: true, tail: null }, never)) {
    lines.push(...batch.filter(({ stream }) => stream === 'stdout').map(({ text, timeMs }) => ({ text, timeMs: timeMs ?? 0 })));
    if (enough(lines)) break;
  }
  return lines;
}

test('clones of a warm template answer at once, with clock, random numbers, name, machine id, MAC and disk of their own', async () => {
  await using one = await web('one');
  await using two = await web('two');
  await using three = await web('three');
  const all = [one, two, three];
  const beforeMs = Date.now();
  const told: string[][] = [];
  for (const [index, machine] of all.entries()) {
    const { seen } = await driver.logs.firstOutput(machine.id, never);
    await start(machine.id);
    expect(await find(machine.id)).toMatchObject({ startWay: 'warm', state: 'running', kernelRelease: expect.stringMatching(/^\d/) });
    expect(await machine.page()).toBe('page\n');
    const name = ['one', 'two', 'three'][index];
    const lines = await output(machine.id, (soFar) => soFar.some(({ text }) => text.includes(` ${name} `)));
    // The log goes on where the template's ended: the entrypoint was run once, before.
    expect(lines.filter(({ text }) => text === 'begun')).toHaveLength(1);
    expect(lines[0]?.timeMs).toBeLessThan(beforeMs);
    const own = lines.find(({ text }) => text.includes(` ${name} `));
    expect(own?.timeMs).toBeGreaterThan(beforeMs - 1000);
    told.push(own?.text.split(' ') ?? []);
    // The first byte of its own, and not that of the template.
    expect(await seen).not.toBeNull();
  }
  const [random, machineIds, names, files, macs] = [0, 1, 2, 3, 4].map((column) => told.map((row) => row[column]));
  expect(new Set(random).size).toBe(3);
  expect(new Set(machineIds).size).toBe(3);
  expect(new Set(macs).size).toBe(3);
  expect(machineIds?.every((id) => /^[0-9a-f]{32}$/.test(id ?? ''))).toBe(true);
  expect(names).toEqual(['one', 'two', 'three']);
  expect(files).toEqual(names);
  expect((await warm())?.machines.toSorted()).toEqual(['one', 'three', 'two']);
  // What it shares is told with what it costs.
  const facts = new Map((await driver.inspect(one.id, never)).facts.map(({ label, value }) => [label, value]));
  expect(facts.get('memoryShared')).toBeGreaterThan(8 * 1024 * 1024);
  expect(facts.get('template')).toBe((await warm())?.key);
  await driver.act(one.id, 'stop', { force: false }, never);
  expect(await find(one.id)).toMatchObject({ state: 'stopped', exitCode: 143, problem: null });
  // Its disk is its own by now: the next start runs the entrypoint anew.
  await start(one.id);
  expect((await find(one.id)).startWay).toBe('clone');
  await output(one.id, (lines) => lines.filter(({ text }) => text === 'begun').length === 2);
  // And the others are none the worse for it.
  expect(await two.page()).toBe('page\n');
});

test('another command is another template, a workload that ends has none, and a run may choose its way', async () => {
  const before = (await list()).length;
  await using ends = await guest(testRun('ends', ['/bin/sh', '-c', 'echo short']));
  await start(ends.id);
  expect((await find(ends.id)).startWay).toBe('clone');
  await using booted = await web('booted', { startWay: 'boot' });
  await start(booted.id);
  expect((await find(booted.id)).startWay).toBe('boot');
  await using generic = await web('generic', { startWay: 'clone' });
  await start(generic.id);
  expect((await find(generic.id)).startWay).toBe('clone');
  expect((await list()).length).toBe(before);
});

test('an image of the same name with another digest is another template', async () => {
  const before = new Set((await list()).map(({ key }) => key));
  const added = async () => (await list()).filter(({ key }) => !before.has(key));
  await using own = new AsyncDisposableStack();
  own.defer(
    async () =>
      await driver.vmTemplates?.remove(
        (await added()).map(({ key }) => key),
        never,
      ),
  );
  const image = { ...TEST_IMAGE, id: imageId.parse(`test/sha256:${randomUUID()}`) };
  await using first = await web('rebuilt', { image });
  await start(first.id);
  expect((await find(first.id)).startWay).toBe('clone');
  await vi.waitUntil(async () => (await added()).some(({ kind }) => kind === 'warm'), { timeout: 90_000, interval: 200 });
  await using second = await web('rebuilt-2', { image });
  await start(second.id);
  expect((await find(second.id)).startWay).toBe('warm');
});

test('a warm template that is corrupt is thrown away and made anew; the machine starts another way with its own disk', async () => {
  const broken = await warm();
  await truncate(join(options.templatesDir, broken?.key ?? '', 'state'), 100);
  await using unlucky = await web('unlucky');
  await start(unlucky.id);
  expect(await find(unlucky.id)).toMatchObject({ startWay: 'clone', state: 'running', problem: null });
  expect((await readdir(filesOf(unlucky.id).folder)).filter((name) => name.endsWith('.unused'))).toEqual([]);
  const lines = await output(unlucky.id, (soFar) => soFar.some(({ text }) => text.includes(' unlucky ')));
  expect(lines.filter(({ text }) => text === 'begun')).toHaveLength(1);
  await vi.waitUntil(async () => ((await warm())?.madeAtMs ?? 0) > (broken?.madeAtMs ?? 0), { timeout: 90_000, interval: 200 });
});

test('files that are gone, of a template and of the kernel itself, are no obstacle', async () => {
  const { key } = (await warm()) ?? { key: '' };
  await rename(join(options.templatesDir, key, 'memory'), join(options.templatesDir, key, 'moved'));
  const details = (await readdir(options.cacheDir)).filter((name) => name.startsWith('guest-'));
  expect(details.length).toBeGreaterThan(0);
  await using left = await web('left');
  await start(left.id);
  expect(await find(left.id)).toMatchObject({ startWay: 'clone', state: 'running' });
  await driver.vmTemplates?.remove(null, never);
  expect(await list()).toEqual([]);
  // Who runs goes on.
  await expect.poll(() => left.page().catch(() => '')).toBe('page\n');
  const events = await readFile(filesOf(left.id).events, 'utf8');
  expect(events.match(/"launched"/g)).toHaveLength(1);
});
