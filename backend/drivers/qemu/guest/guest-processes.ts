import { constants } from 'node:os';
import type { MachineProcesses, SignalRequest } from '../../../contract/index.ts';
import { AppError } from '../../../core/index.ts';
import { linesByFile, parseStat, readProcesses } from '../../process-files.ts';
import type { Agent } from '../agent.ts';
import { execInGuest, type GuestExecDeps } from './guest-exec.ts';

/** Beyond, they are counted. */
const MOST_PROCESSES = 2000;
const GONE = 44;

/** One program for all processes: under emulation each that is started costs a tenth of a second. */
const LIST = `echo "self:$$"
exec grep -aH '' /proc/uptime /proc/1/uid_map /proc/[0-9]*/stat /proc/[0-9]*/status /proc/[0-9]*/cmdline 2>/dev/null
`;

/** A number may belong to another process by now: only the one that was seen is meant. `pid, start ticks, signal` */
const SIGNAL = `pid=$1 ticks=$2 signal=$3
stat=$(cat "/proc/$pid/stat" 2>/dev/null) || exit ${GONE}
set -- \${stat##*) }
[ "\${20}" = "$ticks" ] || exit ${GONE}
exec kill -s "$signal" "$pid"
`;

export async function listGuestProcesses(deps: GuestExecDeps, readAtMs: number, signal: AbortSignal): Promise<MachineProcesses> {
  // Some end while they are read, and grep complains; that is no news.
  const { output } = await execInGuest(deps, { argv: ['/bin/sh', '-c', LIST] }, signal);
  return guestProcesses(output.toString(), readAtMs);
}

/** @param output what LIST prints, by whatever way it came */
export function guestProcesses(output: string, readAtMs: number): MachineProcesses {
  const files = linesByFile(output);
  const self = Number(files.get('self'));
  const all = [...files.keys()].flatMap((path) => {
    const pid = Number(/^\/proc\/(\d{1,9})\/stat$/.exec(path)?.[1] ?? Number.NaN);
    return pid > 0 && pid !== self ? [pid] : [];
  });
  // The kernel's own threads are all children of the second: they are no one's program.
  const pids = all.filter((pid) => !isKernels(files.get(`/proc/${pid}/stat`), pid)).sort((a, b) => a - b);
  const listed = pids.slice(0, MOST_PROCESSES);
  return { processes: readProcesses(files, { pids: listed, initPid: 1 }), more: pids.length - listed.length, readAtMs };
}

function isKernels(stat: string | undefined, pid: number): boolean {
  const KTHREADD = 2;
  return pid === KTHREADD || parseStat(stat ?? '')?.parent === KTHREADD;
}

/** To a process of a workload. */
export async function signalByInit(init: Agent, request: SignalRequest, signal: AbortSignal): Promise<void> {
  const { hostPid: pid, startTicks } = request;
  try {
    await init.kill({ pid, startTicks, signalNumber: constants.signals[`SIG${request.signal}`] }, signal);
  } catch (error) {
    throw error instanceof AppError && error.reason === 'engineRefused' ? new AppError('processGone', { pid }) : error;
  }
}

export async function signalGuestProcess(deps: GuestExecDeps, request: SignalRequest, signal: AbortSignal): Promise<void> {
  const { hostPid, startTicks } = request;
  const argv = ['/bin/sh', '-c', SIGNAL, 'sh', String(hostPid), startTicks, request.signal];
  const { exitCode, errors } = await execInGuest(deps, { argv }, signal);
  if (exitCode === 0) return;
  if (exitCode === GONE) throw new AppError('processGone', { pid: hostPid });
  throw new AppError('guestCommandFailed', { command: 'kill', message: errors.toString().trim().slice(0, 300) });
}
