import { posix } from 'node:path';
import { z } from 'zod';
import { AppError, type Clock } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import { quote } from '../../../hosts/quote.ts';
import type { OnProgress } from '../disk-images/index.ts';
import type { Qmp } from '../qmp.ts';

const migration = z.object({
  status: z.string().default('none'),
  'error-desc': z.string().optional(),
  ram: z.object({ total: z.number(), remaining: z.number() }).optional(),
});
const status = z.object({ status: z.string() });
const memoryDevices = z.array(z.object({ id: z.string().optional() }));

const POLL_MS = 10;
/** A guest that writes faster than its pages are written down is stopped after this time. */
const LIVE_MS = 20_000;
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
}

/**
 * Writes the guest's memory and its devices' state to a file, while it runs; it is stopped when that is done, until
 * `goOn`. https://www.qemu.org/docs/master/devel/migration/main.html
 * @throws AppError `memoryNotSaved`, `noSpace`; then the guest goes on, and no file is left
 */
export async function saveMemory(of: MemoryFile & { onProgress: OnProgress }, signal: AbortSignal): Promise<void> {
  const { host, qmp, clock, path } = of;
  try {
    // A clone of a template was started with it: its memory was in the template's file then.
    await qmp.execute('migrate-set-capabilities', { capabilities: [{ capability: 'x-ignore-shared', state: false }] }, signal);
    await qmp.execute('migrate-set-parameters', { 'max-bandwidth': NO_BRAKE }, signal);
    await begin(of, signal);
    const began = clock.monotonic();
    let stopped = false;
    for (let now = await query(qmp, signal); now.status !== 'completed'; now = await query(qmp, signal)) {
      if (now.status === 'failed' || now.status === 'cancelled') throw await notSaved(of, now['error-desc'] ?? now.status, signal);
      if (now.ram !== undefined && now.ram.total > 0) of.onProgress(1 - now.ram.remaining / now.ram.total);
      if (!stopped && clock.monotonic() - began > LIVE_MS) {
        await qmp.execute('stop', {}, signal);
        stopped = true;
      }
      await clock.sleep(POLL_MS, signal);
    }
    // The shell's `cat` does not wait for the disk.
    await host.exec(['sync', path], {}, signal);
  } catch (error) {
    await settle(qmp, clock).catch(() => {});
    await host.remove(path, AbortSignal.timeout(CLEAN_UP_MS));
    throw error;
  }
}

/** QEMU was started with `-incoming defer -S` and the file as its descriptor 3. It is paused then. @throws AppError when it does not fit */
export async function loadMemory({ qmp, clock }: { qmp: Qmp; clock: Clock }, signal: AbortSignal): Promise<void> {
  await qmp.execute('migrate-incoming', { uri: 'fd:3' }, signal);
  const end = clock.monotonic() + LOAD_LIMIT_MS;
  while ((await runState(qmp, signal)) === 'inmigrate') {
    if (clock.monotonic() > end) throw new AppError('timedOut', { what: 'QEMU', seconds: LOAD_LIMIT_MS / 1000 });
    await clock.sleep(POLL_MS, signal);
  }
}

/** After `saveMemory`. QEMU gave its disks away for whoever loads that memory, and takes them back. */
export async function goOn(qmp: Qmp, { paused }: { paused: boolean }): Promise<void> {
  const limit = AbortSignal.timeout(CLEAN_UP_MS);
  await qmp.execute('cont', {}, limit);
  if (paused) await qmp.execute('stop', {}, limit);
}

/** A guest whose memory was being written down when that was given up: it goes on as if nothing had been. */
export async function settle(qmp: Qmp, clock: Clock): Promise<void> {
  const limit = AbortSignal.timeout(CLEAN_UP_MS);
  const isOn = async () => ['setup', 'active', 'device', 'cancelling'].includes((await query(qmp, limit)).status);
  if (await isOn()) await qmp.execute('migrate_cancel', {}, limit);
  while (await isOn()) await clock.sleep(POLL_MS, limit);
  if ((await runState(qmp, limit)) === 'postmigrate') await qmp.execute('cont', {}, limit);
}

/** Whether its memory is a backend of that name; else it bears the machine's own name for it. */
export async function isMemoryNamed(qmp: Qmp, signal: AbortSignal): Promise<boolean> {
  return memoryDevices.parse(await qmp.execute('query-memdev', {}, signal)).some(({ id }) => id === 'mem');
}

async function begin({ qmp, name, path }: MemoryFile, signal: AbortSignal): Promise<void> {
  try {
    await qmp.execute('migrate', { uri: `exec:exec cat > ${quote(path)}` }, signal);
  } catch (error) {
    if (!(error instanceof AppError) || error.reason !== 'engineRefused') throw error;
    throw new AppError('memoryNotSaved', { name, message: String(error.problem.params.message) }, { cause: error });
  }
}

async function query(qmp: Qmp, signal: AbortSignal): Promise<z.infer<typeof migration>> {
  return migration.parse(await qmp.execute('query-migrate', {}, signal));
}

async function runState(qmp: Qmp, signal: AbortSignal): Promise<string> {
  return status.parse(await qmp.execute('query-status', {}, signal)).status;
}

async function notSaved({ host, name, path }: MemoryFile, message: string, signal: AbortSignal): Promise<AppError> {
  const folder = posix.dirname(path);
  const { stdout } = await host.exec(['df', '-B1', '--output=avail', folder], {}, signal);
  const free = Number(stdout.toString().trim().split('\n').at(-1));
  return free < 1024 * 1024 ? new AppError('noSpace', { path: folder, neededMiB: 1 }) : new AppError('memoryNotSaved', { name, message });
}
