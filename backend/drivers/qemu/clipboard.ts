import type { Clock } from '../../core/index.ts';
import { type Qmp, record } from './qmp.ts';

/** The chardev through which a guest's spice-vdagent shares its clipboard with viewers. */
export const CLIPBOARD = 'clipboard';
const PORT = 'clipboard-port';

const POLL_MS = 10;
const UNPLUG_LIMIT_MS = 5000;

/**
 * Gives a machine that has a screen its clipboard, where it has none: when it starts, and after `unplugClipboard`. The guest's
 * spice-vdagent finds the port when it comes.
 */
export async function plugClipboard(qmp: Qmp, signal: AbortSignal): Promise<void> {
  const hasScreen = record(await qmp.execute('query-vnc', {}, signal)).enabled === true;
  if (!hasScreen || (await hasPort(qmp, signal))) return;
  if (!(await hasChardev(qmp, signal))) {
    const backend = { type: 'qemu-vdagent', data: { clipboard: true, mouse: false } };
    await qmp.execute('chardev-add', { id: CLIPBOARD, backend }, signal);
  }
  await qmp.execute('device_add', { driver: 'virtserialport', id: PORT, chardev: CLIPBOARD, name: 'com.redhat.spice.0' }, signal);
}

/** Memory cannot be written down, nor loaded, while it is there: "The vdagent chardev doesn't yet support migration" (QEMU 7.2). */
export async function unplugClipboard(qmp: Qmp, clock: Clock, signal: AbortSignal): Promise<void> {
  if (await hasPort(qmp, signal)) await qmp.execute('device_del', { id: PORT }, signal);
  if (!(await hasChardev(qmp, signal))) return;
  const end = clock.monotonic() + UNPLUG_LIMIT_MS;
  for (;;) {
    try {
      await qmp.execute('chardev-remove', { id: CLIPBOARD }, signal);
      return;
    } catch (error) {
      // QEMU lets go of the port a moment after it said so.
      if (clock.monotonic() > end) throw error;
      await clock.sleep(POLL_MS, signal);
    }
  }
}

async function hasPort(qmp: Qmp, signal: AbortSignal): Promise<boolean> {
  return listed(await qmp.execute('qom-list', { path: '/machine/peripheral' }, signal), { name: PORT });
}

async function hasChardev(qmp: Qmp, signal: AbortSignal): Promise<boolean> {
  return listed(await qmp.execute('query-chardev', {}, signal), { label: CLIPBOARD });
}

function listed(list: unknown, of: Record<string, string>): boolean {
  return Array.isArray(list) && list.some((one) => Object.entries(of).every(([key, value]) => record(one)[key] === value));
}
