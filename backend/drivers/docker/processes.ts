import { type MachineId, type SignalRequest, splitId } from '../../contract/index.ts';
import { AppError, type Clock } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { IsolationFacet } from '../isolation.ts';
import { linesByFile, parseStat, readProcesses } from '../process-files.ts';
import type { ProcessesFacet } from '../processes.ts';
import type { Containers } from './containers.ts';
import type { EngineClient } from './engine-client.ts';

/** Beyond, they are counted. */
const MOST_PROCESSES = 2000;

export interface ProcessesDeps {
  host: Host;
  client: EngineClient;
  containers: Containers;
  isolation: IsolationFacet;
  clock: Clock;
}

/**
 * Straight from the host's /proc: an engine's own `top` needs ps, on the host or even in the image. Two commands a look,
 * however many processes there are, so that it is no more over SSH.
 */
export function createProcesses(deps: ProcessesDeps): ProcessesFacet {
  const { host, isolation, clock } = deps;
  return {
    async list(id, signal) {
      const { pid: initPid } = await isolation.subject(id, signal);
      const all = await pidsOf(host, { id, initPid }, signal);
      const pids = all.slice(0, MOST_PROCESSES);
      const paths = pids.flatMap((pid) => ['stat', 'status', 'cmdline'].map((file) => `/proc/${pid}/${file}`));
      // What has ended meanwhile is complained about, and that is no news.
      const read = await host.exec(['grep', '-aH', '', '/proc/uptime', `/proc/${initPid}/uid_map`, ...paths], {}, signal);
      const processes = readProcesses(linesByFile(read.stdout.toString()), { pids, initPid });
      return { processes, more: all.length - pids.length, readAtMs: clock.now() };
    },
    async signal(request, signal) {
      const { pid: initPid } = await isolation.subject(request.id, signal);
      await checkSame(host, request, initPid, signal);
      try {
        await signalOnHost(host, request, signal);
      } catch (error) {
        // The engine may signal the first one whoever owns it; only then, for Podman takes half a minute to kill.
        if (!(error instanceof AppError) || error.reason !== 'processDenied' || request.hostPid !== initPid) throw error;
        await signalThroughEngine(deps, request, signal);
      }
    },
  };
}

/** Whose control group carries the container's id: those of containers within it too. The first process alone where it has no group of its own. */
async function pidsOf(host: Host, of: { id: MachineId; initPid: number }, signal: AbortSignal): Promise<number[]> {
  const { nativeId } = splitId(of.id);
  const search = ['-path', '/proc/[0-9]*/cgroup', '-exec', 'grep', '-lF', nativeId, '{}', '+'];
  const { stdout } = await host.exec(['find', '/proc', '-maxdepth', '2', ...search], {}, signal);
  const pids = [...stdout.toString('latin1').matchAll(/^\/proc\/(\d+)\/cgroup$/gm)].map(([, pid]) => Number(pid));
  return pids.includes(of.initPid) ? pids.sort((a, b) => a - b) : [of.initPid];
}

/** A number may belong to another process by now: only the one that was seen is meant. @throws AppError processGone */
async function checkSame(host: Host, { id, hostPid, startTicks }: SignalRequest, initPid: number, signal: AbortSignal): Promise<void> {
  const read = (file: string) => host.readFile(`/proc/${hostPid}/${file}`, signal).then(String);
  try {
    const [stat, cgroup] = await Promise.all([read('stat'), read('cgroup')]);
    const isOfMachine = hostPid === initPid || cgroup.includes(splitId(id).nativeId);
    if (isOfMachine && parseStat(stat)?.startTicks === startTicks) return;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'notFound') throw error;
  }
  throw new AppError('processGone', { pid: hostPid });
}

async function signalThroughEngine({ client }: ProcessesDeps, request: SignalRequest, signal: AbortSignal): Promise<void> {
  const path = `/containers/${splitId(request.id).nativeId}/kill`;
  await client.call({ method: 'POST', path, query: { signal: `SIG${request.signal}` } }, signal);
}

async function signalOnHost(host: Host, request: SignalRequest, signal: AbortSignal): Promise<void> {
  const { exitCode, stderr } = await host.exec(['kill', '-s', request.signal, '--', String(request.hostPid)], {}, signal);
  if (exitCode === 0) return;
  if (/not permitted/i.test(stderr)) throw new AppError('processDenied', { pid: request.hostPid });
  if (/no such process/i.test(stderr)) throw new AppError('processGone', { pid: request.hostPid });
  throw new AppError('commandFailed', { command: 'kill', exitCode, message: stderr.trim() });
}
