import { stat } from 'node:fs/promises';
import type { MetricsSource } from '../drivers/driver.ts';
import type { Host } from '../hosts/host.ts';
import { findCgroups } from './cgroup-paths.ts';
import { CgroupProbe } from './cgroup-probe.ts';
import type { FileSource } from './files.ts';
import { type BlockDevices, findPhysicalInterfaces } from './hardware.ts';
import { HostProbe } from './host-probe.ts';
import type { Probe } from './probe.ts';
import { CounterReader, ProcessProbe } from './process-probe.ts';
import { TreeProbe } from './tree-probe.ts';

export interface ProbeSurroundings {
  host: Host;
  files: FileSource;
  devices: BlockDevices;
  /** A clock of this machine, in milliseconds. */
  monotonic: () => number;
}

/** @throws AppError when the process is gone */
export async function openMachineProbe(source: MetricsSource, around: ProbeSurroundings, signal: AbortSignal): Promise<Probe> {
  const { host, files, monotonic } = around;
  if (source.type === 'process') {
    const counters = new CounterReader((readSignal) => source.read(readSignal), monotonic);
    return new ProcessProbe(files, { pid: source.pid, counters, elapsedMs: monotonic });
  }
  const text = async (path: string) => (await host.readFile(path, signal)).toString('latin1');
  const cgroups = findCgroups({
    cgroup: await text(`/proc/${source.pid}/cgroup`),
    ownCgroup: await text('/proc/self/cgroup'),
    mountinfo: await text('/proc/self/mountinfo'),
  });
  const counted = cgroups.cpuacct !== undefined || cgroups.memory !== undefined;
  if (!counted && host.isLocal) return new TreeProbe(files, source.pid);
  const sharesHostNetwork = await sharesNetwork(host, source.pid, signal);
  return new CgroupProbe(files, { pid: source.pid, cgroups, sharesHostNetwork, stacked: around.devices.stacked });
}

export async function openHostProbe(around: ProbeSurroundings, signal: AbortSignal): Promise<Probe> {
  return new HostProbe(around.files, {
    disks: around.devices.disks,
    interfaces: await findPhysicalInterfaces(around.host, signal),
  });
}

/**
 * Whether the process is in the network namespace of the host. Each namespace has files of its own, so their inode tells;
 * unlike the namespace's link, everyone may look at it. What cannot be told counts as shared: no number is better than a
 * wrong one.
 */
async function sharesNetwork(host: Host, pid: number, signal: AbortSignal): Promise<boolean> {
  const paths = [`/proc/${pid}/net/dev`, '/proc/1/net/dev', '/proc/self/net/dev'];
  const [machine, ...ours] = host.isLocal
    ? await Promise.all(
        paths.map((path) =>
          stat(path).then(
            (stats) => String(stats.ino),
            () => '',
          ),
        ),
      )
    : (await host.exec(['stat', '-c', '%i', ...paths], {}, signal)).stdout.toString('latin1').trim().split('\n');
  return !machine || ours.length < 2 || ours.includes(machine);
}
