/** A process's place in one hierarchy of control groups. */
export interface Cgroup {
  version: 1 | 2;
  /** Empty for version 2, which has one hierarchy for all. */
  controllers: string[];
  /** The whole group of the process's container, as the kernel writes it: below the hierarchy's root. */
  path: string;
  /** Where its files are; null when the hierarchy, or this part of it, is not mounted. */
  folder: string | null;
}

/**
 * The control groups of a process: v1, v2, and hybrids of both.
 * @param texts `/proc/PID/cgroup`, and the reader's own `/proc/self/mountinfo`
 * @see https://man7.org/linux/man-pages/man7/cgroups.7.html
 */
export function listCgroups(texts: { cgroup: string; mountinfo: string }): Cgroup[] {
  const mounts = cgroupMounts(texts.mountinfo);
  return cgroupLines(texts.cgroup).map(({ controllers, path }) => {
    const group = engineGroup(path);
    const mount = mounts.get(controllers[0] ?? '');
    const inMount = mount === undefined ? null : relativeTo(mount.root, group);
    return {
      version: controllers.length === 0 ? 2 : 1,
      controllers,
      path: group,
      // A group above the reader's own namespace has no place in it.
      folder: mount === undefined || inMount === null || group.startsWith('/..') ? null : `${mount.point}${inMount === '/' ? '' : inMount}`,
    };
  });
}

/** The groups by the name of a controller; a controller that no v1 hierarchy has is in v2, under the empty name. */
export function byController(groups: readonly Cgroup[]): (controller: string) => Cgroup | undefined {
  return (controller) => groups.find(({ controllers }) => controllers.includes(controller)) ?? groups.find(({ version }) => version === 2);
}

function cgroupLines(text: string): { controllers: string[]; path: string }[] {
  return text.split('\n').flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    return controllers === undefined || path === undefined ? [] : [{ controllers: controllers.split(',').filter(Boolean), path }];
  });
}

/** Controller → where its hierarchy is mounted, and which group is the root of that mount; v2 has the empty name. */
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

/** Blanks, line ends and backslashes stand as octal numbers in mountinfo. */
export function unescapeMount(path: string): string {
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
