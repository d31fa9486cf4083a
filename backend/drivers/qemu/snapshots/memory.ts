import { posix } from 'node:path';
import { z } from 'zod';
import { AppError, type Clock, Scope } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import { quote } from '../../../hosts/quote.ts';
import type { OnBytes } from '../../byte-progress.ts';
import { plugClipboard, unplugClipboard } from '../clipboard.ts';
import { readText } from '../process.ts';
import type { Qmp } from '../qmp.ts';

const migration = z.object({
  status: z.string().default('none'),
  'error-desc': z.string().optional(),
  ram: z.object({ total: z.number(), remaining: z.number() }).optional(),
});
const status = z.object({ status: z.string() });
const memoryDevices = z.array(z.object({ id: z.string().optional() }));

const POLL_MS = 10;
const READ_POLL_MS = 50;
/** A guest that writes faster than its pages are written down is stopped for the rest of them after this time. */
const LIVE_MS = 20_000;
/** What QEMU does by itself, and what is most: for how long a guest may stand still for its last pages. */
const DOWNTIME_MS = { ordinary: 300, any: 2_000_000 };
const LOAD_LIMIT_MS = 300_000;
const CLEAN_UP_MS = 10_000;
const NO_BRAKE = 2 ** 50;

export interface MemoryFile {
  host: Host;
  qmp: Qmp;
  clock: Clock;
  /** The machine's, for people. */
  name: string;
  path: string;
  /** Where the one who writes the file says how that went; its folder is there. */
  verdict: string;
  /** Whether the guest stands still anyway, and is to go on standing still. */
  paused: boolean;
}

/**
 * Writes the guest's memory and its devices' state to a file, while it runs; it is stopped when that is done, until
 * `goOn`. https://www.qemu.org/docs/master/devel/migration/main.html
 * @throws AppError `memoryNotSaved`, `memoryNoSpace`; then the guest goes on, and no file is left, nor after an abort
 */
export async function saveMemory(of: MemoryFile & { onProgress: OnBytes }, signal: AbortSignal): Promise<void> {
  const { host, qmp, path, verdict } = of;
  let begun = false;
  try {
    await unplugClipboard(qmp, of.clock, signal);
    // A clone of a template was started with it: its memory was in the template's file then.
    await qmp.execute('migrate-set-capabilities', { capabilities: [{ capability: 'x-ignore-shared', state: false }] }, signal);
    await setParameters(qmp, { 'max-bandwidth': NO_BRAKE, 'downtime-limit': DOWNTIME_MS.ordinary }, signal);
    await begin(of, signal);
    begun = true;
    await followed(of, signal);
    const { exitCode, words } = await awaitVerdict(of, signal);
    if (exitCode !== 0) throw notSaved(of, words);
  } catch (error) {
    await settle(qmp, of).catch(() => {});
    // Who writes the file would make it anew.
    if (begun) await awaitVerdict(of, AbortSignal.timeout(CLEAN_UP_MS)).catch(() => {});
    await host.remove(path, AbortSignal.timeout(CLEAN_UP_MS));
    throw error;
  } finally {
    await host.remove(verdict, AbortSignal.timeout(CLEAN_UP_MS));
  }
}

/** Returns when QEMU has written all of it. How far it is is told at least once: a small memory may be written between two looks. */
async function followed(of: MemoryFile & { onProgress: OnBytes }, signal: AbortSignal): Promise<void> {
  const { qmp, clock } = of;
  const began = clock.monotonic();
  let hurried = false;
  let doneBytes = 0;
  for (;;) {
    const now = await query(qmp, signal);
    if (now.status === 'failed' || now.status === 'cancelled') {
      // Who wrote the file knows better than QEMU, which only sees that nobody reads any more.
      const { words } = await awaitVerdict(of, AbortSignal.timeout(CLEAN_UP_MS)).catch(() => ({ words: '' }));
      throw notSaved(of, words || (now['error-desc'] ?? now.status));
    }
    if (now.ram !== undefined && now.ram.total > 0) {
      // Pages that are written to again do not take it back.
      doneBytes = Math.max(doneBytes, now.ram.total - now.ram.remaining);
      of.onProgress({ doneBytes, totalBytes: now.ram.total });
    }
    if (now.status === 'completed') return;
    if (!hurried && clock.monotonic() - began > LIVE_MS) {
      await setParameters(qmp, { 'downtime-limit': DOWNTIME_MS.any }, signal);
      hurried = true;
    }
    await clock.sleep(POLL_MS, signal);
  }
}

/**
 * QEMU was started with `-incoming defer -S` and the file as its descriptor 3. It is paused then.
 * @param of.pid QEMU's
 * @throws AppError when it does not fit
 */
export async function loadMemory(
  of: { host: Host; qmp: Qmp; clock: Clock; pid: number; path: string; onProgress: OnBytes },
  signal: AbortSignal,
): Promise<void> {
  const { host, qmp, clock } = of;
  const totalBytes = (await host.stat(of.path, signal))?.sizeBytes ?? 0;
  await using following = new Scope(() => {});
  following.run((over) => followReading({ ...of, totalBytes }, over));
  await qmp.execute('migrate-incoming', { uri: 'fd:3' }, signal);
  const end = clock.monotonic() + LOAD_LIMIT_MS;
  while ((await runState(qmp, signal)) === 'inmigrate') {
    if (clock.monotonic() > end) throw new AppError('timedOut', { what: 'QEMU', seconds: LOAD_LIMIT_MS / 1000 });
    await clock.sleep(POLL_MS, signal);
  }
  of.onProgress({ doneBytes: totalBytes, totalBytes });
}

/** QEMU answers nothing while it takes memory in; how far it has read the file, the kernel says. */
async function followReading(
  of: { host: Host; clock: Clock; pid: number; totalBytes: number; onProgress: OnBytes },
  signal: AbortSignal,
): Promise<void> {
  const { host, clock, pid, totalBytes } = of;
  for (;;) {
    const position = /^pos:\s+(\d+)/m.exec(await readText(host, `/proc/${pid}/fdinfo/3`, signal))?.[1];
    if (position !== undefined) of.onProgress({ doneBytes: Math.min(Number(position), totalBytes), totalBytes });
    await clock.sleep(READ_POLL_MS, signal);
  }
}

/** After `saveMemory`. QEMU gave its disks away for whoever loads that memory, and takes them back. */
export async function goOn(qmp: Qmp, { paused }: { paused: boolean }): Promise<void> {
  const limit = AbortSignal.timeout(CLEAN_UP_MS);
  await plugClipboard(qmp, limit);
  await qmp.execute('cont', {}, limit);
  if (paused) await qmp.execute('stop', {}, limit);
}

/** A guest whose memory was being written down when that was given up: it goes on as if nothing had been. */
export async function settle(qmp: Qmp, { clock, paused }: { clock: Clock; paused: boolean }): Promise<void> {
  const limit = AbortSignal.timeout(CLEAN_UP_MS);
  const isOn = async () => ['setup', 'active', 'device', 'cancelling'].includes((await query(qmp, limit)).status);
  if (await isOn()) await qmp.execute('migrate_cancel', {}, limit);
  while (await isOn()) await clock.sleep(POLL_MS, limit);
  if ((await runState(qmp, limit)) === 'postmigrate') await goOn(qmp, { paused });
  else await plugClipboard(qmp, limit);
}

/** Whether its memory is a backend of that name; else it bears the machine's own name for it. */
export async function isMemoryNamed(qmp: Qmp, signal: AbortSignal): Promise<boolean> {
  return memoryDevices.parse(await qmp.execute('query-memdev', {}, signal)).some(({ id }) => id === 'mem');
}

/**
 * QEMU takes the end of a file for granted: it does not look at how its shell's command ended. So that one says it itself, in a file
 * that is there when the memory is on the disk, or is not. It outlives its shell, because QEMU does nothing else while it waits for
 * that; and it is handed its input as descriptor 3, because a shell takes the first one away from what it does not wait for.
 */
const WRITE = '{ { cat > "$0" && sync "$0"; } 2>&1; echo $?; } > "$1.part"; mv "$1.part" "$1"';

async function begin({ qmp, name, path, verdict }: MemoryFile, signal: AbortSignal): Promise<void> {
  try {
    await qmp.execute('migrate', { uri: `exec:exec 3<&0; sh -c ${quote(WRITE)} ${quote(path)} ${quote(verdict)} <&3 3<&- &` }, signal);
  } catch (error) {
    if (!(error instanceof AppError) || error.reason !== 'engineRefused') throw error;
    throw new AppError('memoryNotSaved', { name, message: String(error.problem.params.message) }, { cause: error });
  }
}

async function awaitVerdict({ host, clock, verdict }: MemoryFile, signal: AbortSignal): Promise<{ exitCode: number; words: string }> {
  for (;;) {
    const lines = (await readText(host, verdict, signal)).trim().split('\n');
    const exitCode = lines.pop();
    if (exitCode) return { exitCode: Number(exitCode), words: lines.join(' ') };
    await clock.sleep(POLL_MS, signal);
  }
}

function notSaved({ name, path }: MemoryFile, message: string): AppError {
  if (/No space left|quota exceeded/i.test(message)) return new AppError('memoryNoSpace', { name, folder: posix.dirname(path) });
  return new AppError('memoryNotSaved', { name, message });
}

async function setParameters(qmp: Qmp, parameters: Record<string, number>, signal: AbortSignal): Promise<void> {
  await qmp.execute('migrate-set-parameters', parameters, signal);
}

async function query(qmp: Qmp, signal: AbortSignal): Promise<z.infer<typeof migration>> {
  return migration.parse(await qmp.execute('query-migrate', {}, signal));
}

async function runState(qmp: Qmp, signal: AbortSignal): Promise<string> {
  return status.parse(await qmp.execute('query-status', {}, signal)).status;
}
