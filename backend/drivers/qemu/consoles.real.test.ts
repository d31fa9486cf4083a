import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { QemuBed, type TestMachine } from '../../../testing/qemu-bed.ts';
import { VncViewer } from '../../../testing/vnc-viewer.ts';
import type { VmHardware } from '../../contract/index.ts';
import type { ByteChannel } from '../driver.ts';
import { facetOf } from '../facets.ts';

const never = new AbortController().signal;
const MIB = 1024 * 1024;
const SIZE = { cols: 80, rows: 24 };
/** An image of a disc that starts nothing. */
let disc: string;

let bed: QemuBed;
beforeEach(async () => {
  bed = await QemuBed.open();
  disc = join(bed.folder, 'blank.iso');
  await writeFile(disc, Buffer.alloc(2 * MIB));
});
afterEach(() => bed[Symbol.asyncDispose]());

async function started(name: string, hardware: Partial<VmHardware>): Promise<TestMachine> {
  const boots: Partial<VmHardware> = { cdrom: { path: disc }, bootFrom: 'cdrom', network: { type: 'none' }, display: 'std' };
  const machine = await bed.system({ name, hardware: { ...boots, ...hardware }, diskBytes: null });
  await bed.act(machine.id, 'start');
  return machine;
}

/** Everything that a channel has shown, and waiting for more. */
function shown(channel: ByteChannel): { until: (pattern: RegExp) => Promise<string> } {
  let text = (channel.backlog ?? Buffer.alloc(0)).toString();
  let wake = () => {};
  void (async () => {
    for await (const bytes of channel.output) {
      text += Buffer.from(bytes).toString();
      wake();
    }
  })();
  return {
    async until(pattern) {
      while (!pattern.test(text)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return text;
    },
  };
}

test('a screen has several viewers and ends with its machine; a disc that does not boot is told', async () => {
  await using machine = await started('screen', {});
  const displays = facetOf(bed.driver, 'displays');
  const viewers = [await displays.open(machine.id, never), await displays.open(machine.id, never)];
  for (const viewer of viewers) {
    const { size } = await VncViewer.connect(viewer);
    expect(size).toMatchObject({ width: expect.any(Number), height: expect.any(Number) });
  }
  expect(viewers.map((viewer) => viewer.destroyed)).toEqual([false, false]);
  expect(await displays.clipboard(machine.id, never)).toBe('noAgent');

  const { state, problem } = await bed.until(machine.id, (one) => one.problem !== null);
  expect({ state, reason: problem?.reason }).toEqual({ state: 'running', reason: 'nothingToBoot' });
  // Its words are on the screen.
  const screen = await displays.capture(machine.id, never);
  expect([screen.widthPx, screen.heightPx]).toEqual([720, 400]);
  expect(new Set(screen.rgb).size).toBeGreaterThan(1);

  // Who comes later is told as well, and a machine that is reset begins anew.
  await bed.reconnect();
  await bed.until(machine.id, (one) => one.problem?.reason === 'nothingToBoot');
  await bed.act(machine.id, 'reset');
  // On a busy host its beginning and its end can be heard at once: the log tells them apart.
  const searches = async () => (await readFile(machine.files.firmwareLog, 'latin1')).match(/No bootable device/g)?.length;
  await expect.poll(searches).toBe(2);
  await bed.until(machine.id, (one) => one.problem?.reason === 'nothingToBoot');

  const ends = viewers.map((viewer) => once(viewer.resume(), 'close'));
  await bed.act(machine.id, 'kill');
  await Promise.all(ends);
  expect((await bed.until(machine.id, (one) => one.state === 'stopped')).problem).toBeNull();
  await expect(facetOf(bed.driver, 'displays').open(machine.id, never)).rejects.toMatchObject({ reason: 'machineWrongState' });
});

test('serial ports are terminals that keep what was said while nobody looked, also over a restart of the app', async () => {
  await using machine = await started('serial', { firmware: 'uefi', display: 'none', serialPorts: 2 });
  const { terminals, problem } = await bed.until(machine.id, (one) => one.problem !== null);
  expect(problem?.reason).toBe('nothingToBoot');
  expect(terminals).toEqual(['console', 'serial2']);
  await expect(facetOf(bed.driver, 'displays').capture(machine.id, never)).rejects.toMatchObject({ reason: 'noDisplay' });

  await using console = await facetOf(bed.driver, 'terminals').open(machine.id, 'console', SIZE, never);
  const screen = shown(console);
  await screen.until(/Shell> /);
  // What is typed is heard: the firmware's shell answers.
  console.write(Buffer.from('nosuchcommand\r'));
  await screen.until(/is not recognized/);
  await using other = await facetOf(bed.driver, 'terminals').open(machine.id, 'serial2', SIZE, never);
  // The firmware speaks on every port.
  await shown(other).until(/is not recognized/);

  await bed.reconnect();
  await using again = await facetOf(bed.driver, 'terminals').open(machine.id, 'console', SIZE, never);
  expect(Buffer.from(again.backlog ?? []).toString()).toMatch(/is not recognized/);
  await bed.act(machine.id, 'kill');
  expect(await Promise.race([again.exited, wait(30_000, 'still there')])).toBeNull();
});
