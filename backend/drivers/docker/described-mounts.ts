import { bindPropagation, type ContainerMount, type ContainerSpec } from '../../contract/index.ts';
import type { DescribeOptions } from '../containers-facet.ts';
import type { FullInspect, MountRequest } from './container-inspect.ts';

/** The engine makes up such a name for a volume that was given none. */
const ANONYMOUS = /^[0-9a-f]{64}$/;
/** What Podman adds to every tmpfs, and where it puts one by itself when the root is read-only. */
const PODMAN_TMPFS_OPTIONS = new Set(['rw', 'rprivate', 'nosuid', 'nodev', 'tmpcopyup']);
const PODMAN_TMPFS = new Set(['/run', '/tmp', '/var/tmp']);

type Inspected = Pick<FullInspect, 'Mounts' | 'HostConfig'>;

/** What was asked for, from what is mounted. The image's own anonymous volumes (`bare` has them too) count only when they are kept. */
export function describeMounts(
  container: Inspected,
  bare: Inspected,
  { anonymousVolumes }: DescribeOptions,
): Pick<ContainerSpec, 'mounts' | 'tmpfs'> {
  const ofImage = new Set((bare.Mounts ?? []).map(({ Destination }) => Destination));
  const mounts: ContainerMount[] = [];
  const tmpfs = tmpfsOf(container);
  for (const mount of container.Mounts ?? []) {
    const { Type, Destination: target } = mount;
    const request = container.HostConfig.Mounts?.find(({ Target }) => Target === target);
    if (Type === 'tmpfs') tmpfs[target] = tmpfsText(request?.TmpfsOptions);
    else if (Type === 'bind') mounts.push(describeBind(container, mount));
    else if (Type === 'volume') {
      const anonymous = ANONYMOUS.test(mount.Name ?? '');
      if (anonymous && anonymousVolumes === 'new' && ofImage.has(target)) continue;
      const source = anonymous && anonymousVolumes === 'new' ? null : (mount.Name ?? null);
      mounts.push(describeVolume(mount, { source, request }));
    }
  }
  return { mounts, tmpfs };
}

type Mounted = NonNullable<FullInspect['Mounts']>[number];

function describeBind(container: Inspected, { Source, Destination, RW, Mode = '', Propagation }: Mounted): ContainerMount {
  const modes = Mode.split(',');
  const propagation = bindPropagation.safeParse(Propagation);
  const relabel = modes.find((mode) => mode === 'z' || mode === 'Z') ?? null;
  return {
    type: 'bind',
    source: Source,
    target: Destination,
    readOnly: !RW,
    propagation: propagation.success ? propagation.data : 'rprivate',
    relabel: relabel as 'z' | 'Z' | null,
    // Podman lists every mount among its Binds, without saying how it was asked for; Docker tells the mode there as well.
    createSource: Mode !== '' && (container.HostConfig.Binds ?? []).some((bind) => bind.startsWith(`${Source}:${Destination}`)),
  };
}

function describeVolume(mount: Mounted, { source, request }: { source: string | null; request: MountRequest | undefined }): ContainerMount {
  const config = request?.VolumeOptions?.DriverConfig;
  const driver = config?.Name || (mount.Driver === 'local' ? null : mount.Driver) || null;
  return {
    type: 'volume',
    source,
    target: mount.Destination,
    readOnly: !mount.RW,
    noCopy: request?.VolumeOptions?.NoCopy ?? mount.Mode?.split(',').includes('nocopy') ?? false,
    driver,
    driverOptions: config?.Options ?? {},
  };
}

function tmpfsOf({ HostConfig }: Inspected): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [path, text] of Object.entries(HostConfig.Tmpfs ?? {})) {
    const options = text.split(',').filter((option) => option !== '');
    const podman = options.includes('tmpcopyup');
    const own = options.filter((option) => !PODMAN_TMPFS_OPTIONS.has(option));
    if (podman && own.length === 0 && HostConfig.ReadonlyRootfs && PODMAN_TMPFS.has(path)) continue;
    found[path] = podman ? own.join(',') : text;
  }
  return found;
}

function tmpfsText(options: MountRequest['TmpfsOptions']): string {
  const { SizeBytes = 0, Mode = 0 } = options ?? {};
  return [SizeBytes > 0 ? `size=${SizeBytes}` : '', Mode > 0 ? `mode=${Mode.toString(8)}` : ''].filter(Boolean).join(',');
}
