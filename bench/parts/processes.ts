import { readdirSync, readFileSync } from 'node:fs';

/**
 * CPU seconds of a process: its live threads to the nanosecond, and the children that it has waited for in steps of 10 ms.
 * 0 when it is gone.
 */
export function cpuSeconds(pid: number): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1'));
    const own = threads.reduce((sum, text) => sum + Number(text.split(' ')[0]), 0) / 1e9;
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    const reapedTicks = Number(fields[13]) + Number(fields[14]);
    return own + reapedTicks / 100;
  } catch {
    return 0;
  }
}

/** Ids of the processes that `wanted` says yes to. */
export function findProcesses(wanted: (process: { pid: number; parentPid: number; commandLine: string }) => boolean): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
        const parentPid = Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[1]);
        return wanted({ pid, parentPid, commandLine });
      } catch {
        return false;
      }
    });
}
