import { AppError } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';

/** What of the host decides how Podman has to be set up there. */
export interface HostTraits {
  root: boolean;
  /** cgroup v2 alone; hybrid and v1 hierarchies are not. */
  unifiedCgroups: boolean;
  /** A systemd that may make groups for this user. */
  systemd: boolean;
  /** crun refuses hierarchies with v1 controllers; runc takes them. */
  hasRunc: boolean;
  netavark: boolean;
  fuseOverlayfs: boolean;
  /** Hard limits of open files and of processes. */
  openFiles: number;
  processes: number;
  /** Changes with every start of the machine. */
  bootId: string;
  /** Networks that the host routes already: first address and mask as numbers. */
  routes: { address: number; mask: number }[];
}

export async function readTraits(host: Host, env: { runtimeDir: string | null }, signal: AbortSignal): Promise<HostTraits> {
  const text = async (path: string) => (await host.readFile(path, signal)).toString();
  const exists = async (path: string) => (await host.stat(path, signal)) !== null;
  const anyExists = async (paths: string[]) => (await Promise.all(paths.map(exists))).includes(true);
  const root = /^Uid:\t0\t/m.test(await text('/proc/self/status'));
  const limits = await text('/proc/self/limits');
  // Podman lowers its own limits to the highest process id when it starts: https://github.com/containers/common, default.go
  const highest = Number(await text('/proc/sys/kernel/pid_max'));
  return {
    root,
    unifiedCgroups: await exists('/sys/fs/cgroup/cgroup.controllers'),
    systemd: root ? await exists('/run/systemd/system') : env.runtimeDir !== null && (await exists(`${env.runtimeDir}/systemd/private`)),
    hasRunc: await isInstalled(host, 'runc', signal),
    netavark: await anyExists(['/usr/lib/podman/netavark', '/usr/libexec/podman/netavark', '/usr/local/lib/podman/netavark']),
    fuseOverlayfs: await isInstalled(host, 'fuse-overlayfs', signal),
    openFiles: Math.min(highest, hardLimit(limits, 'Max open files')),
    processes: Math.min(highest, hardLimit(limits, 'Max processes')),
    bootId: (await text('/proc/sys/kernel/random/boot_id')).trim(),
    routes: parseRoutes(await text('/proc/net/route')),
  };
}

async function isInstalled(host: Host, command: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await host.exec([command, '--version'], {}, signal)).exitCode === 0;
  } catch (error) {
    if (error instanceof AppError && error.reason === 'commandMissing') return false;
    throw error;
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_limits.5.html: name, soft limit, hard limit, unit. */
export function hardLimit(limits: string, name: string): number {
  const line = limits.split('\n').find((each) => each.startsWith(name));
  const hard = line?.slice(name.length).trim().split(/\s+/)[1];
  return hard === undefined || hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
}

/** /proc/net/route writes addresses in hexadecimal, lowest byte first. */
export function parseRoutes(table: string): HostTraits['routes'] {
  const number = (hex: string) => Buffer.from(hex, 'hex').readUInt32LE();
  return table
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .map(([, destination = '00000000', , , , , , mask = '00000000']) => ({ address: number(destination), mask: number(mask) }))
    .filter(({ mask }) => mask !== 0);
}
