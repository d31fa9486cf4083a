import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../../../testing/temporary.ts';
import { connectTestQemu, testDisk, testQemuOptions, testRun } from '../../../../testing/test-guests.ts';
import type { MachineId } from '../../../contract/index.ts';
import { silentLogger } from '../../../core/index.ts';
import { createLocalHost } from '../../../hosts/local.ts';
import type { Driver } from '../../driver.ts';
import { facetOf } from '../../facets.ts';

const never = new AbortController().signal;
const WORKLOAD = ['/bin/sh', '-c', 'sleep 4000 & exec sleep 5000'];

let parts: AsyncDisposableStack;
let driver: Driver;
let id: MachineId;

beforeAll(async () => {
  parts = new AsyncDisposableStack();
  const host = parts.use(createLocalHost({ logger: silentLogger }));
  const folder = parts.use(await temporaryFolder()).path;
  driver = parts.use(await connectTestQemu(host, await testQemuOptions(folder), never));
  const vms = facetOf(driver, 'virtualMachines');
  id = await vms.define(testRun('looked-into', WORKLOAD, { process: { user: 'web' } }), never);
  parts.defer(() => driver.act(id, 'remove', { force: true }, never));
  await vms.setDisk(id, await testDisk(host, { path: join(folder, 'base.ext4'), shell: true }, never), never);
  await driver.act(id, 'start', { force: false }, never);
});
afterAll(() => parts[Symbol.asyncDispose]());

test('a workload’s init tells what its system is', async () => {
  const report = await facetOf(driver, 'guest').report(id, never);
  expect(report).toMatchObject({
    source: 'init',
    state: 'ready',
    abilities: [],
    hostName: 'looked-into',
    system: { kernelRelease: expect.stringMatching(/^\d+\.\d+/), architecture: 'x86_64' },
    cpus: { online: 1, total: 1 },
  });
  const device = report.interfaces.find(({ name }) => name === 'eth0');
  expect(device?.macAddress).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
  expect(device?.addresses).toContainEqual({ address: '10.0.2.15', prefix: 24 });
  const [root] = report.filesystems;
  expect(root?.mountPoint).toBe('/');
  expect(root?.usedBytes).toBeGreaterThan(0);
  expect(root?.totalBytes).toBeGreaterThan(root?.usedBytes ?? 0);
});

test('its processes are a tree below init without the kernel’s threads, and get signals', async () => {
  const { list, signal } = facetOf(driver, 'processes');
  // The shell is both of them before it becomes either.
  const commands = async () => (await list(id, never)).processes.map(({ command }) => command);
  await expect.poll(commands).toEqual(expect.arrayContaining(['sleep 4000', 'sleep 5000']));
  const { processes } = await list(id, never);
  const named = (command: string) => processes.find((process) => process.command === command);
  const [first, child] = [named('sleep 5000'), named('sleep 4000')];
  expect(first).toMatchObject({ user: '1000', parentHostPid: 1, name: 'sleep', threads: 1 });
  expect(child).toMatchObject({ user: '1000', parentHostPid: first?.hostPid });
  expect(processes.map(({ name }) => name)).not.toContain('kthreadd');
  if (child === undefined) throw new Error('it is there');
  const { hostPid, startTicks } = child;
  await expect(signal({ id, hostPid, startTicks: '7', signal: 'KILL' }, never)).rejects.toMatchObject({ reason: 'processGone' });
  await signal({ id, hostPid, startTicks, signal: 'KILL' }, never);
  const state = async () => (await list(id, never)).processes.find((process) => process.hostPid === hostPid)?.state ?? 'gone';
  await expect.poll(state).toMatch(/^(Z|gone)$/);
  await expect(signal({ id, hostPid: 999_999, startTicks: '7', signal: 'KILL' }, never)).rejects.toMatchObject({ reason: 'processGone' });
});

test('a paused one is not waited for', async () => {
  await driver.act(id, 'pause', { force: false }, never);
  await expect(facetOf(driver, 'processes').list(id, never)).rejects.toMatchObject({ reason: 'machineWrongState' });
  await expect(facetOf(driver, 'guest').report(id, never)).rejects.toMatchObject({ reason: 'machineWrongState' });
  await driver.act(id, 'resume', { force: false }, never);
});
