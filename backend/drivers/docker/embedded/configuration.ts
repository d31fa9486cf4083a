import { createHash } from 'node:crypto';
import type { HostTraits } from './traits.ts';

export type StorageDriver = 'overlay' | 'fuse-overlayfs' | 'vfs';

/** Where the engine keeps its things. */
export interface EmbeddedPaths {
  /** Images, containers, volumes and the engine's own database: survive a restart of the machine. */
  dir: string;
  /** Socket, locks and what belongs to running containers: new with every start of the machine. Short, for sockets. */
  runDir: string;
}

const NETWORK = 'catamaran';

/**
 * `containers.conf`, https://github.com/containers/common/blob/main/docs/containers.conf.5.md. It replaces the system's and
 * the user's own file for this engine, so that what they set for their Podman neither helps nor breaks ours. Registries,
 * sign-ins and the signature policy stay theirs.
 */
export function containersConf({ dir, runDir }: EmbeddedPaths, traits: HostTraits): string {
  const { openFiles, processes } = traits;
  // Podman asks for more than the hard limit, which fails where CAP_SYS_RESOURCE is missing. Soft and hard are the same:
  // the Docker API of Podman 4.3 takes one for the other.
  const ulimits = [`nofile=${openFiles}:${openFiles}`, `nproc=${processes}:${processes}`];
  return toml({
    containers: { default_ulimits: ulimits, pids_limit: 0 },
    engine: {
      cgroup_manager: traits.systemd ? 'systemd' : 'cgroupfs',
      events_logger: 'file',
      // The default, shared memory, is one for all engines of a user.
      lock_type: 'file',
      ...(!traits.unifiedCgroups && traits.hasRunc ? { runtime: 'runc' } : {}),
      static_dir: `${dir}/libpod`,
      tmp_dir: `${runDir}/libpod`,
      volume_path: `${dir}/volumes`,
    },
    network: traits.netavark ? { network_backend: 'netavark', network_config_dir: `${dir}/networks`, default_network: NETWORK } : {},
  });
}

/** `storage.conf`, https://github.com/containers/storage/blob/main/docs/containers-storage.conf.5.md */
export function storageConf({ dir, runDir }: EmbeddedPaths, driver: StorageDriver): string {
  return toml({
    storage: { driver: driver === 'vfs' ? 'vfs' : 'overlay', graphroot: `${dir}/storage`, runroot: `${runDir}/storage` },
    ...(driver === 'fuse-overlayfs' ? { 'storage.options.overlay': { mount_program: '/usr/bin/fuse-overlayfs' } } : {}),
  });
}

/**
 * The default network, with a bridge and a subnet of its own: Podman's `podman0` belongs to the user's engine. For root
 * only; a rootless engine has a network namespace to itself.
 */
export function networkJson({ dir }: EmbeddedPaths, traits: HostTraits): { path: string; content: string } {
  const id = createHash('sha256').update(dir).digest('hex');
  const subnet = freeSubnet(id, traits.routes);
  return {
    path: `${dir}/networks/${NETWORK}.json`,
    content: JSON.stringify({
      name: NETWORK,
      id,
      driver: 'bridge',
      network_interface: `cata${id.slice(0, 8)}`,
      created: '2026-01-01T00:00:00Z',
      subnets: [{ subnet: `${subnet}.0/24`, gateway: `${subnet}.1` }],
      ipv6_enabled: false,
      internal: false,
      dns_enabled: false,
      ipam_options: { driver: 'host-local' },
    }),
  };
}

/** The first 10.x.y.0/24, beginning at one that the id chooses, which no route of the host touches. */
export function freeSubnet(id: string, routes: HostTraits['routes']): string {
  const first = Number.parseInt(id.slice(0, 4), 16);
  for (let step = 0; step < 0x10000; step++) {
    const place = (first + step) % 0x10000;
    const network = (10 * 2 ** 24 + place * 2 ** 8) >>> 0;
    const touched = routes.some(({ address, mask }) => {
      const common = (mask & 0xffffff00) >>> 0;
      return (network & common) >>> 0 === (address & common) >>> 0;
    });
    if (!touched) return `10.${place >> 8}.${place & 0xff}`;
  }
  return '10.89.0';
}

type TomlValue = string | number | string[];

function toml(tables: Record<string, Record<string, TomlValue>>): string {
  return Object.entries(tables)
    .map(
      ([name, entries]) =>
        `[${name}]\n${Object.entries(entries)
          .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
          .join('')}`,
    )
    .join('\n');
}
