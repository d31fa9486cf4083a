import { type MachineId, MOST_LOGS, machineId } from '../../../backend/contract/index.ts';

/** `/logs?of=<machine id>&of=…`: the logs of these machines, merged by time. */
export function logsUrl(machineIds: readonly MachineId[]): string {
  return `/logs?${new URLSearchParams(machineIds.map((id) => ['of', id]))}`;
}

/** What is no machine's id is left out. */
export function parseLogsSearch(search: string): MachineId[] {
  const ids = new URLSearchParams(search).getAll('of').flatMap((text) => machineId.safeParse(text).data ?? []);
  return [...new Set(ids)].slice(0, MOST_LOGS);
}
