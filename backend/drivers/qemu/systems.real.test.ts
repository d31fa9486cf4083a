import { stat } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { QemuBed, type TestMachine } from '../../../testing/qemu-bed.ts';
import type { VmHardware } from '../../contract/index.ts';

let bed: QemuBed;
beforeEach(async () => {
  bed = await QemuBed.open();
});
afterEach(() => bed[Symbol.asyncDispose]());

const system = (name: string, hardware: Partial<VmHardware>): Promise<TestMachine> =>
  bed.system({ name, hardware: { cdrom: { path: null }, macAddress: '52:54:00:12:34:56', display: 'std', ...hardware } });

test('a machine without anything to boot runs its firmware, is taken over by a new driver, and is powered off', async () => {
  await using machine = await system('blank', {});
  expect(await bed.find(machine.id)).toMatchObject({
    state: 'stopped',
    image: null,
    vm: { guest: 'system', machine: 'q35', firmware: 'bios' },
  });
  await bed.act(machine.id, 'start');
  const { files } = machine;
  expect((await stat(files.vnc)).isSocket()).toBe(true);
  expect((await stat(files.guestAgent)).isSocket()).toBe(true);
  expect(await bed.find(machine.id)).toMatchObject({
    state: 'running',
    startWay: 'boot',
    actions: expect.arrayContaining(['reset', 'kill']),
  });
  await bed.act(machine.id, 'reset');
  await bed.act(machine.id, 'pause');
  await bed.act(machine.id, 'resume');

  await bed.reconnect();
  expect(await bed.find(machine.id)).toMatchObject({ state: 'running' });
  await bed.act(machine.id, 'kill');
  expect(await bed.find(machine.id)).toMatchObject({ state: 'stopped', exitCode: 137 });
});

test('UEFI keeps its variables in the machine’s own folder', async () => {
  await using machine = await system('uefi', { firmware: 'uefi', display: 'none' });
  await bed.act(machine.id, 'start');
  const { files } = machine;
  expect((await stat(files.firmwareVariables)).size).toBeGreaterThan(64 * 1024);
  await bed.act(machine.id, 'kill');
});
