import type { MachineProcess } from '../contract/index.ts';

/** Of the kernel's times; the same on every Linux that programs can run on (USER_HZ). */
const TICKS_PER_SECOND = 100;
const MOST_COMMAND_LETTERS = 2000;

/** What `grep -aH '' FILE…` says: each line of each file behind its path. */
export function linesByFile(output: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const line of output.split('\n')) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const path = line.slice(0, colon);
    const before = files.get(path);
    files.set(path, before === undefined ? line.slice(colon + 1) : `${before}\n${line.slice(colon + 1)}`);
  }
  return files;
}

/** The processes of `/proc` files (`stat`, `status` and `cmdline` of each, `/proc/uptime`, the first's `uid_map`), by their number. */
export function readProcesses(files: ReadonlyMap<string, string>, of: { pids: readonly number[]; initPid: number }): MachineProcess[] {
  const uptimeMs = Number(files.get('/proc/uptime')?.split(' ')[0]) * 1000;
  const uidMap = files.get(`/proc/${of.initPid}/uid_map`) ?? '';
  const listed = new Set(of.pids);
  return of.pids.flatMap((hostPid) => {
    const stat = parseStat(files.get(`/proc/${hostPid}/stat`) ?? '');
    const status = files.get(`/proc/${hostPid}/status`);
    // It has ended meanwhile.
    if (stat === null || status === undefined) return [];
    const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1]?.trim() ?? '';
    const command = (files.get(`/proc/${hostPid}/cmdline`) ?? '').replace(/\0+$/, '').replaceAll('\0', ' ');
    return {
      hostPid,
      pid: Number(field('NSpid').split(/\s+/).at(-1)) || null,
      parentHostPid: listed.has(stat.parent) ? stat.parent : null,
      startTicks: stat.startTicks,
      ageMs: Math.max(0, uptimeMs - (Number(stat.startTicks) * 1000) / TICKS_PER_SECOND),
      name: stat.name,
      command: command.slice(0, MOST_COMMAND_LETTERS) || `[${stat.name}]`,
      user: userInside(Number(field('Uid').split(/\s+/)[0]), uidMap),
      state: stat.state,
      threads: Number(field('Threads')) || 1,
      cpuMs: (stat.cpuTicks * 1000) / TICKS_PER_SECOND,
      memoryBytes: (Number.parseInt(field('VmRSS'), 10) || 0) * 1024,
    };
  });
}

interface Stat {
  name: string;
  state: string;
  parent: number;
  cpuTicks: number;
  startTicks: string;
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; null for what is none. */
export function parseStat(text: string): Stat | null {
  // A name may hold anything, blanks, parentheses and line ends too: the numbers begin behind the last parenthesis.
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  const fields = text.slice(close + 2).split(' ');
  const startTicks = fields[19];
  if (open < 0 || close < open || startTicks === undefined) return null;
  return {
    name: text.slice(open + 1, close),
    state: fields[0] ?? '?',
    parent: Number(fields[1]),
    cpuTicks: Number(fields[11]) + Number(fields[12]),
    startTicks,
  };
}

/** @param uidMap lines of three numbers: first inside, first on the host, how many */
function userInside(hostUid: number, uidMap: string): string {
  for (const line of uidMap.split('\n')) {
    const [inside, outside, count] = line.trim().split(/\s+/).map(Number);
    if (inside === undefined || outside === undefined || count === undefined) continue;
    if (hostUid >= outside && hostUid < outside + count) return nameOfUser(hostUid - outside + inside);
  }
  return nameOfUser(hostUid);
}

function nameOfUser(uid: number): string {
  return uid === 0 ? 'root' : String(uid);
}
