import type { MountRow, RootFilesystem } from '../contract/index.ts';
import { unescapeMount } from '../hosts/cgroups.ts';

interface Mount {
  device: string;
  root: string;
  mountPoint: string;
  options: string;
  fields: string[];
  type: string;
  source: string;
  superOptions: string;
}

/** `/proc/PID/mountinfo`, https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html */
export function parseMountinfo(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const words = line.split(' ');
    // Optional fields, of which there may be any number, end with a lone dash; what they hold cannot look like one.
    const dash = words.indexOf('-', 6);
    const [, , device, root, mountPoint, options] = words;
    if (dash < 0 || device === undefined || root === undefined || mountPoint === undefined || options === undefined) return [];
    const [type = '', source = '', superOptions = ''] = words.slice(dash + 1);
    return [
      {
        device,
        root: unescapeMount(root),
        mountPoint: unescapeMount(mountPoint),
        options,
        fields: words.slice(6, dash),
        type,
        source: unescapeMount(source),
        superOptions,
      },
    ];
  });
}

/** What a machine has mounted, and which of it the host has mounted too. */
export function mountsOf(machine: readonly Mount[], host: readonly Mount[]): MountRow[] {
  const byDevice = Map.groupBy(host, ({ device }) => device);
  return machine.map((mount) => {
    const hostPath = pathOnHost(mount, byDevice.get(mount.device) ?? []);
    return {
      mountPoint: mount.mountPoint,
      type: mount.type,
      source: mount.source,
      hostPath,
      origin: mount.mountPoint === '/' ? 'root' : hostPath === null ? 'own' : 'host',
      readOnly: isReadOnly(mount),
      propagation: propagationOf(mount),
      options: mount.options,
    };
  });
}

/** What the machine's `/` is; null when it is not mounted (a process without a root of its own has one all the same). */
export function rootOf(machine: readonly Mount[]): RootFilesystem | null {
  // A later mount on the same point covers the earlier one.
  const root = machine.findLast(({ mountPoint }) => mountPoint === '/');
  if (root === undefined) return null;
  const layers = overlayOptions(root.superOptions);
  const lower = layers.get('lowerdir');
  return {
    type: root.type,
    source: root.source,
    readOnly: isReadOnly(root),
    overlay:
      root.type !== 'overlay' && root.type !== 'fuse.fuse-overlayfs'
        ? null
        : { lower: lower === undefined ? [] : splitLayers(lower), upper: layers.get('upperdir') ?? null },
  };
}

function isReadOnly({ options, superOptions }: Mount): boolean {
  return options.split(',').includes('ro') || superOptions.split(',').includes('ro');
}

function propagationOf({ fields }: Mount): MountRow['propagation'] {
  if (fields.some((field) => field.startsWith('shared:'))) return 'shared';
  if (fields.some((field) => field.startsWith('master:'))) return 'slave';
  return fields.includes('unbindable') ? 'unbindable' : 'private';
}

/** The mount of the host that shows most of the same filesystem's path: the rest of the path follows below it. */
function pathOnHost({ root }: Mount, candidates: readonly Mount[]): string | null {
  const holding = candidates.filter((one) => one.root === '/' || one.root === root || root.startsWith(`${one.root}/`));
  const best = holding.sort((a, b) => b.root.length - a.root.length)[0];
  if (best === undefined) return null;
  const rest = best.root === '/' ? root : root.slice(best.root.length);
  return `${best.mountPoint === '/' ? '' : best.mountPoint}${rest === '/' ? '' : rest}` || '/';
}

/** `lowerdir=a:b,upperdir=c,workdir=d`; commas, colons and backslashes within a path are escaped with a backslash. */
function overlayOptions(text: string): Map<string, string> {
  const parts = text.match(/(?:\\.|[^,\\])+/g) ?? [];
  return new Map(
    parts.map((part) => {
      const equals = part.indexOf('=');
      return equals < 0 ? [part, ''] : [part.slice(0, equals), unescapeMount(part.slice(equals + 1))];
    }),
  );
}

function splitLayers(text: string): string[] {
  return (text.match(/(?:\\.|[^:\\])+/g) ?? []).map((layer) => layer.replace(/\\(.)/g, '$1'));
}
