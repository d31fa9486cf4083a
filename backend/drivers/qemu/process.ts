import { createHash, randomBytes } from 'node:crypto';
import type { WayStarted } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { Argv, Host } from '../../hosts/host.ts';
import type { Workload } from './definition.ts';
import { launchError } from './errors.ts';
import { type GuestConfig, signalNumber } from './guest-config.ts';
import { formatEvent, formatReady, type GuestReady } from './run-events.ts';
import type { VmFiles } from './vm-files.ts';

/** How a run begins. */
export interface RunBeginning {
  way: WayStarted;
  /** Key of the template that it goes on from. */
  template: string | null;
  /** So much of the log was written before the template was kept. */
  logBytes: number;
  /** What its kernel said before the template was kept, and will not say again. */
  ready?: GuestReady;
}

/** What a run begins with: a folder for sockets, and a new book of events. */
export async function beginRun(host: Host, of: RunBeginning & { files: VmFiles; timeMs: number }, signal: AbortSignal): Promise<void> {
  const { files, ready, ...event } = of;
  await host.makeFolder(files.runFolder, signal);
  const told = ready === undefined ? '' : formatReady(of.timeMs, ready);
  await host.writeFile(files.events, formatEvent('launched', event) + told, { durable: false }, signal);
}

/** The half of a MAC that QEMU's machines have in common. */
const QEMU_MAC = '525400';

/** With new random numbers at every call. */
export function guestConfig({ id, name, guest, timeMs }: { id: string; name: string; guest: Workload; timeMs: number }): GuestConfig {
  const { process } = guest;
  // The same at every start of a machine, as it would be on a disk of its own.
  const own = createHash('sha256').update(`catamaran ${id}`).digest('hex');
  return {
    hostname: name,
    machineId: own.slice(0, 32),
    mac: `${QEMU_MAC}${own.slice(32, 38)}`,
    volumes: process.volumes,
    argv: [...process.entrypoint, ...process.command],
    env: process.env,
    workingDir: process.workingDir,
    user: process.user,
    stopSignal: signalNumber(process.stopSignal),
    timeMs,
    processes: guest.processes,
    seed: randomBytes(64),
  };
}

/**
 * Starts QEMU detached (`-daemonize`): it returns its process id when the machine is set up, and goes on without us.
 * @throws AppError `portTaken`, `qemuFailed`, `qemuMissing`, `qemuArchitectureMissing`
 */
export async function launch(
  host: Host,
  of: { argv: Argv; files: VmFiles; nextPort: (port: number) => Promise<number> },
  signal: AbortSignal,
): Promise<number> {
  const result = await host.exec(of.argv, {}, signal).catch((error: unknown) => {
    throw error instanceof AppError && error.reason === 'commandMissing' ? missing(of.argv[0]) : error;
  });
  const pid = result.exitCode === 0 ? await runningPid(host, of.files, signal) : null;
  if (pid !== null) return pid;
  // Once -D is in force its words go there.
  const stderr = `${result.stderr}\n${await readText(host, of.files.qemuLog, signal)}`;
  throw await launchError(host, { stderr, nextPort: of.nextPort }, signal);
}

function missing(binary: string): AppError {
  if (binary !== 'qemu-system-aarch64') return new AppError('qemuMissing');
  return new AppError('qemuArchitectureMissing', { architecture: 'aarch64', package: 'qemu-system-arm' });
}

/** The process that runs the machine now, or null. A number alone proves nothing, so its command must name our file too. */
export async function runningPid(host: Host, files: VmFiles, signal: AbortSignal): Promise<number | null> {
  const pid = Number((await readText(host, files.pid, signal)).trim());
  if (!Number.isInteger(pid) || pid <= 0) return null;
  const command = await commandOf(host, pid, signal);
  return command.split('\0').includes(files.pid) ? pid : null;
}

/** Of a process, with zeros between its arguments; empty when it is not there. */
export async function commandOf(host: Host, pid: number, signal: AbortSignal): Promise<string> {
  try {
    return (await host.readFile(`/proc/${pid}/cmdline`, signal)).toString();
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'unreachable' || error.code === 'cancelled') throw error;
    // It ended, before or while it was read.
    return '';
  }
}

/** The last resort, by its number, after `runningPid` has vouched for it. */
export async function killProcess(host: Host, files: VmFiles, signal: AbortSignal): Promise<void> {
  const pid = await runningPid(host, files, signal);
  if (pid !== null) await host.exec(['kill', '-KILL', String(pid)], {}, signal);
}

/** Empty when it is not there. */
export async function readText(host: Host, path: string, signal: AbortSignal): Promise<string> {
  try {
    return (await host.readFile(path, signal)).toString();
  } catch (error) {
    if (error instanceof AppError && error.code === 'notFound') return '';
    throw error;
  }
}
