import { byController, listCgroups } from '../hosts/cgroups.ts';

/** What is read, by its v1 name; v2 has `cpu` and `io` for the first and the third. */
export type Controller = 'cpuacct' | 'memory' | 'blkio' | 'pids';

export interface CgroupFolder {
  version: 1 | 2;
  path: string;
}

const CONTROLLERS: readonly Controller[] = ['cpuacct', 'memory', 'blkio', 'pids'];

/**
 * Finds where a process's work is counted. A controller without a group of the process's own is left out: one that it shares
 * with the reader, or the root, counts others' work too.
 * @param texts `/proc/PID/cgroup`, and the reader's own `/proc/self/cgroup` and `/proc/self/mountinfo`
 */
export function findCgroups(texts: { cgroup: string; ownCgroup: string; mountinfo: string }): Partial<Record<Controller, CgroupFolder>> {
  const groupOf = byController(listCgroups(texts));
  const ownOf = byController(listCgroups({ cgroup: texts.ownCgroup, mountinfo: texts.mountinfo }));
  const found: Partial<Record<Controller, CgroupFolder>> = {};
  for (const controller of CONTROLLERS) {
    const group = groupOf(controller);
    if (group === undefined || group.folder === null || group.path === '/' || group.path === ownOf(controller)?.path) continue;
    found[controller] = { version: group.version, path: group.folder };
  }
  return found;
}
