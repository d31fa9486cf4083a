import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../../testing/temporary.ts';
import { connectTestQemu, testQemuOptions } from '../../../testing/test-guests.ts';
import { TEST_HARDWARE } from '../../../testing/vm-hardware.ts';
import type { Machine, MachineId, VmHardware } from '../../contract/index.ts';
import { silentLogger } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { createLocalHost } from '../../hosts/local.ts';
import type { Driver } from '../driver.ts';
import { diskOf } from './definition.ts';
import type { QemuFinderOptions } from './finder.ts';
import { vmFiles } from './vm-files.ts';

const never = new AbortController().signal;
const MIB = 1024 * 1024;
const HARDWARE: VmHardware = { ...TEST_HARDWARE, cdrom: { path: null }, macAddress: '52:54:00:12:34:56', display: 'std' };

let parts: AsyncDisposableStack;
let host: Host;
let options: QemuFinderOptions;
let driver: Driver;

beforeAll(async () => {
  parts = new AsyncDisposableStack();
  host = parts.use(createLocalHost({ logger: silentLogger }));
  options = await testQemuOptions(parts.use(await temporaryFolder()).path);
  driver = await connectTestQemu(host, options, never);
  parts.defer(() => driver[Symbol.asyncDispose]());
});
afterAll(() => parts[Symbol.asyncDispose]());

async function system(name: string, hardware: Partial<VmHardware>): Promise<{ id: MachineId } & AsyncDisposable> {
  const vms = driver.virtualMachines;
  if (vms === undefined) throw new Error('QEMU runs virtual machines');
  const spec = { name, cpus: 1, memoryBytes: 128 * MIB, ports: [], autostart: false, source: null };
  const id = await vms.create({ ...spec, hardware: { ...HARDWARE, ...hardware } }, never);
  await vms.addDisk(
    id,
    diskOf('root', 64 * MIB),
    async (path) => void (await host.exec(['qemu-img', 'create', '-q', '-f', 'qcow2', path, String(64 * MIB)], {}, never)),
    never,
  );
  await vms.finish(id, never);
  return { id, [Symbol.asyncDispose]: () => driver.act(id, 'remove', { force: true }, never) };
}
const act = (id: MachineId, action: 'start' | 'reset' | 'pause' | 'resume' | 'kill') => driver.act(id, action, { force: false }, never);
async function find(id: MachineId): Promise<Machine | undefined> {
  return (await driver.list(never)).find((machine) => machine.id === id);
}

test('a machine without anything to boot runs its firmware, is taken over by a new driver, and is powered off', async () => {
  await using machine = await system('blank', {});
  expect(await find(machine.id)).toMatchObject({
    state: 'stopped',
    image: null,
    vm: { guest: 'system', machine: 'q35', firmware: 'bios' },
  });
  await act(machine.id, 'start');
  const files = vmFiles(options, machine.id.slice(machine.id.indexOf('/') + 1));
  expect((await stat(files.vnc)).isSocket()).toBe(true);
  expect((await stat(files.guestAgent)).isSocket()).toBe(true);
  expect(await find(machine.id)).toMatchObject({ state: 'running', startWay: 'boot', actions: expect.arrayContaining(['reset', 'kill']) });
  await act(machine.id, 'reset');
  await act(machine.id, 'pause');
  await act(machine.id, 'resume');

  await driver[Symbol.asyncDispose]();
  driver = await connectTestQemu(host, options, never);
  expect(await find(machine.id)).toMatchObject({ state: 'running' });
  await act(machine.id, 'kill');
  expect(await find(machine.id)).toMatchObject({ state: 'stopped', exitCode: 137 });
});

test('UEFI keeps its variables in the machine’s own folder', async () => {
  await using machine = await system('uefi', { firmware: 'uefi', display: 'none' });
  await act(machine.id, 'start');
  const files = vmFiles(options, machine.id.slice(machine.id.indexOf('/') + 1));
  expect((await stat(files.firmwareVariables)).size).toBeGreaterThan(64 * 1024);
  await act(machine.id, 'kill');
});

test('a guest for another processor is emulated, and says so', async () => {
  await using machine = await system('arm', { architecture: 'aarch64', machine: 'virt', firmware: 'uefi', cdrom: null });
  await act(machine.id, 'start');
  expect(await find(machine.id)).toMatchObject({ state: 'running', vm: { architecture: 'aarch64', accelerator: 'tcg', foreign: true } });
  await act(machine.id, 'kill');
});
