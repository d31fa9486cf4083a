import { z } from 'zod';
import { AppError } from '../../core/index.ts';
import type { Qmp } from './qmp.ts';

/** Ids of devices in the command of every system (system-arguments.ts). */
const NIC = 'nic';
const DRIVE = 'cdrom';

/** Plugs the network cable in, or pulls it. */
export async function setLink(qmp: Qmp, up: boolean, signal: AbortSignal): Promise<void> {
  await qmp.execute('set_link', { name: NIC, up }, signal);
}

/**
 * Another disc, or none.
 * @param of.name the machine's
 * @param of.force the drive is opened although the guest holds it locked, as with a pin
 * @throws AppError `discLocked`, `discUnreadable`
 */
export async function changeDisc(qmp: Qmp, of: { name: string; path: string | null; force: boolean }, signal: AbortSignal): Promise<void> {
  const { name, path, force } = of;
  await qmp.execute('blockdev-open-tray', { id: DRIVE, force }, signal).catch((error: unknown) => {
    throw refused(error) && /locked/i.test(refusalOf(error)) ? new AppError('discLocked', { name }, { cause: error }) : error;
  });
  await qmp.execute('blockdev-remove-medium', { id: DRIVE }, signal);
  // The disc that was in it at the start has a name of its own, and is open until it is taken away.
  await qmp.execute('blockdev-del', { 'node-name': 'disc' }, signal).catch(ignoreRefusal);
  if (path !== null) {
    const medium = { id: DRIVE, filename: path, format: 'raw', 'read-only-mode': 'read-only' };
    await qmp.execute('blockdev-change-medium', medium, signal).catch((error: unknown) => {
      throw refused(error) ? new AppError('discUnreadable', { path, message: refusalOf(error) }, { cause: error }) : error;
    });
  } else {
    await qmp.execute('blockdev-close-tray', { id: DRIVE }, signal);
  }
}

const hotpluggableCpus = z.array(
  z.object({ type: z.string(), props: z.record(z.string(), z.unknown()), 'qom-path': z.string().optional() }),
);

/** How many processors the machine has, and how many it has room for. */
export async function countCpus(qmp: Qmp, signal: AbortSignal): Promise<{ present: number; maximum: number }> {
  const slots = await cpuSlots(qmp, signal);
  if (slots.length > 0) return { present: slots.filter((slot) => slot['qom-path'] !== undefined).length, maximum: slots.length };
  const cpus = z.array(z.unknown()).parse(await qmp.execute('query-cpus-fast', {}, signal));
  return { present: cpus.length, maximum: cpus.length };
}

/** Adds processors until it has `count`; the guest brings them online itself, or is told to by whoever can. */
export async function addCpus(qmp: Qmp, count: number, signal: AbortSignal): Promise<void> {
  const slots = await cpuSlots(qmp, signal);
  const present = slots.filter((slot) => slot['qom-path'] !== undefined).length;
  // The last one listed is the first in the guest's count.
  const free = slots.filter((slot) => slot['qom-path'] === undefined).reverse();
  for (const [index, { type, props }] of free.slice(0, Math.max(0, count - present)).entries()) {
    await qmp.execute('device_add', { driver: type, id: `cpu-${present + index}`, ...props }, signal);
  }
}

/** Empty where no processor can be added at all: microvm refuses the question. */
async function cpuSlots(qmp: Qmp, signal: AbortSignal): Promise<z.infer<typeof hotpluggableCpus>> {
  const slots = await qmp.execute('query-hotpluggable-cpus', {}, signal).catch((error: unknown) => {
    ignoreRefusal(error);
    return [];
  });
  return hotpluggableCpus.parse(slots);
}

/** What the guest is left with; it gives pages back, or gets them again, as fast as it can. */
export async function setBalloon(qmp: Qmp, memoryBytes: number, signal: AbortSignal): Promise<void> {
  await qmp.execute('balloon', { value: memoryBytes }, signal);
}

/** Bytes that the guest has now. */
export async function readBalloon(qmp: Qmp, signal: AbortSignal): Promise<number> {
  return z.object({ actual: z.number() }).parse(await qmp.execute('query-balloon', {}, signal)).actual;
}

function refused(error: unknown): error is AppError {
  return error instanceof AppError && error.reason === 'engineRefused';
}

function refusalOf(error: AppError): string {
  return String(error.problem.params.message);
}

function ignoreRefusal(error: unknown): void {
  if (!refused(error)) throw error;
}
