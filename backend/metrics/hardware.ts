import type { Host } from '../hosts/host.ts';
import { deviceKey } from './scan.ts';

export interface BlockDevices {
  /** Names of the whole disks that are hardware (or a hypervisor's): no partitions, loops, or what stands on other disks. */
  disks: ReadonlySet<string>;
  /** Numbers of devices that stand on others: device mapper, md. */
  stacked: ReadonlySet<number>;
}

/** Reads `/sys/block`. Empty sets where there is none. */
export async function findBlockDevices(host: Host, signal: AbortSignal): Promise<BlockDevices> {
  const disks = new Set<string>();
  const stacked = new Set<number>();
  const names = (await host.listFolder('/sys/block', signal)) ?? [];
  await Promise.all(
    names.map(async (name) => {
      const folder = `/sys/block/${name}`;
      const entries = (await host.listFolder(folder, signal)) ?? [];
      if (entries.includes('device')) disks.add(name);
      if (!entries.includes('slaves')) return;
      const below = (await host.listFolder(`${folder}/slaves`, signal)) ?? [];
      if (below.length === 0) return;
      const [major, minor] = (await host.readFile(`${folder}/dev`, signal)).toString('latin1').trim().split(':').map(Number);
      if (major !== undefined && minor !== undefined) stacked.add(deviceKey(major, minor));
    }),
  );
  return { disks, stacked };
}

/** Network interfaces that are hardware (or a hypervisor's): no bridges, veths, tunnels, lo. */
export async function findPhysicalInterfaces(host: Host, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const names = (await host.listFolder('/sys/class/net', signal)) ?? [];
  const physical = await Promise.all(
    names.map(async (name) => ((await host.listFolder(`/sys/class/net/${name}`, signal)) ?? []).includes('device')),
  );
  return new Set(names.filter((_, index) => physical[index]));
}
