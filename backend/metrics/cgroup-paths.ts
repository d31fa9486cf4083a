/** What is read, by its v1 name; v2 has `cpu` and `io` for the first and the third. */
export type Controller = 'cpuacct' | 'memory' | 'blkio' | 'pids';

export interface CgroupFolder {
  version: 1 | 2;
  path: string;
}

const CONTROLLERS: readonly Controller[] = ['cpuacct', 'memory', 'blkio', 'pids'];

/**
 * Finds a process's control groups: v1, v2, and hybrids of both, where a controller is in v1 when the process has a line for
 * it there, else in v2. A controller without a group of the process's own is left out: one that it shares with the reader, or
 * the root, counts others' work too.
 * @param texts `/proc/PID/cgroup`, and the reader's own `/proc/self/cgroup` and `/proc/self/mountinfo`
 * @see https://man7.org/linux/man-pages/man7/cgroups.7.html
 */
export function findCgroups(texts: { cgroup: string; ownCgroup: string; mountinfo: string }): Partial<Record<Controller, CgroupFolder>> {
  const mounts = cgroupMounts(texts.mountinfo);
  const groups = cgroupLines(texts.cgroup);
  const own = cgroupLines(texts.ownCgroup);
  const found: Partial<Record<Controller, CgroupFolder>> = {};
  for (const controller of CONTROLLERS) {
    const version = groups.has(controller) ? 1 : 2;
    const key = version === 1 ? controller : '';
    const group = groups.get(key);
    const mount = mounts.get(key);
    if (group === undefined || mount === undefined) continue;
    const path = engineGroup(group);
    if (path === '/' || path === own.get(key) || path.startsWith('/..')) continue;
    const inMount = relativeTo(mount.root, path);
    if (inMount !== null) found[controller] = { version, path: `${mount.point}${inMount}` };
  }
  return found;
}

/** Controller → path; v2 has the empty name. */
function cgroupLines(text: string): Map<string, string> {
  const groups = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    for (const controller of controllers.split(',')) groups.set(controller, path);
  }
  return groups;
}

/** Controller → where its hierarchy is mounted, and which group is the root of that mount. */
function cgroupMounts(mountinfo: string): Map<string, { point: string; root: string }> {
  const mounts = new Map<string, { point: string; root: string }>();
  for (const line of mountinfo.split('\n')) {
    const [before, after] = line.split(' - ');
    const [, , , root, point] = before?.split(' ') ?? [];
    const [type, , options] = after?.split(' ') ?? [];
    if (root === undefined || point === undefined || (type !== 'cgroup' && type !== 'cgroup2')) continue;
    const names = type === 'cgroup2' ? [''] : (options?.split(',') ?? []);
    for (const name of names) if (!mounts.has(name)) mounts.set(name, { point: unescapeMount(point), root: unescapeMount(root) });
  }
  return mounts;
}

/** Blanks and backslashes stand as octal numbers in mountinfo. */
function unescapeMount(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/**
 * The container's whole group. An init system inside a container, and Podman with systemd, put the first process one group
 * further down than the one that the engine made; that one carries the container's id.
 */
function engineGroup(path: string): string {
  return /^.*?\/(?:docker-|libpod-|crio-)?[0-9a-f]{64}(?:\.scope)?(?=\/|$)/.exec(path)?.[0] ?? path;
}

function relativeTo(root: string, path: string): string | null {
  if (root === '/') return path;
  if (path === root) return '';
  return path.startsWith(`${root}/`) ? path.slice(root.length) : null;
}
