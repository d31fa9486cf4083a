import { AppError } from '../../../core/index.ts';
import { SHELL_NAME, WITH_LAYERS } from '../../shell-files/scripts.ts';
import type { ContainerInspect } from '../engine-api.ts';
import type { HelperSpec } from './helpers.ts';
import type { ShellPlace } from './shell.ts';

const SHELL = '/bin/sh';
/** In helpers. */
const ROOT = '/catamaran/root';
const LAYERS = '/catamaran/layers';
const MOUNTS = '/catamaran/mounts';
/** Takes what an overlay wants to write that must not write. */
const SCRATCH = '/catamaran/scratch';
const VOLUME = '/catamaran/volume';

const plain = (script: string, args: readonly string[]) => [SHELL, '-c', script, SHELL_NAME, ...args];

/** A container's own shell: it sees what the container sees, and the kernel keeps it there. */
export function ownShell(container: ContainerInspect): ShellPlace {
  return { containerId: container.Id, name: nameOf(container), root: '/', command: plain, knowsNames: true };
}

/** A container that runs without a shell is seen through its first process, by a helper in the same process namespace. */
export function besideProcess(container: ContainerInspect): { spec: HelperSpec; place: (containerId: string) => ShellPlace } {
  const name = nameOf(container);
  return {
    spec: {
      name,
      hostConfig: { PidMode: `container:${container.Id}`, CapAdd: ['SYS_PTRACE'], SecurityOpt: ['apparmor=unconfined', 'label=disable'] },
    },
    place: (containerId) => ({ containerId, name, root: '/proc/1/root', command: plain, knowsNames: false }),
  };
}

export function volumePlace(volume: string): { spec: HelperSpec; place: (containerId: string) => ShellPlace } {
  // As it is: Docker would fill an empty volume from the image.
  const mount = { Type: 'volume', Source: volume, Target: VOLUME, VolumeOptions: { NoCopy: true } };
  return {
    spec: { name: volume, hostConfig: { Mounts: [mount] } },
    place: (containerId) => ({ containerId, name: volume, root: VOLUME, command: plain, knowsNames: false }),
  };
}

/**
 * A container that does not run: a helper gets its layers and mounts, and puts them together for as long as each script
 * takes. For reading its upper layer is one more lower one, so that nothing is in the way of a start in that moment.
 * @throws AppError filesNeedRunning when they are not overlay layers
 */
export function layersPlace(
  container: ContainerInspect,
  options: { rootless: boolean },
): { spec: HelperSpec; place: (containerId: string) => ShellPlace } {
  const name = nameOf(container);
  const { Name: storage = 'unknown', Data: data } = container.GraphDriver ?? {};
  const { LowerDir, UpperDir, WorkDir } = data ?? {};
  const own = parentOf(UpperDir);
  if (!/^overlay2?$/.test(storage) || !LowerDir || !UpperDir || !WorkDir || own === null || own !== parentOf(WorkDir))
    throw new AppError('filesNeedRunning', { name, storage });
  const lower = LowerDir.split(':');
  const bind = (Source: string, Target: string, ReadOnly: boolean) => ({ Type: 'bind', Source, Target, ReadOnly });
  const mounts = (container.Mounts ?? []).filter(({ Type, Source }) => (Type === 'volume' || Type === 'bind') && Source !== '');
  const hostConfig = {
    CapAdd: ['SYS_ADMIN'],
    SecurityOpt: ['apparmor=unconfined', 'label=disable'],
    Tmpfs: { [SCRATCH]: '' },
    Mounts: [
      bind(own, `${LAYERS}/own`, false),
      ...lower.map((path, index) => bind(path, `${LAYERS}/${index}`, true)),
      ...mounts.map(({ Type, Name, Source, RW }, index) =>
        Type === 'volume' && Name
          ? { Type: 'volume', Source: Name, Target: `${MOUNTS}/${index}`, ReadOnly: !RW, VolumeOptions: { NoCopy: true } }
          : bind(Source, `${MOUNTS}/${index}`, !RW),
      ),
    ],
  };
  const below = lower.map((_, index) => `${LAYERS}/${index}`).join(':');
  const upper = `${LAYERS}/own/${baseOf(UpperDir)}`;
  const user = options.rootless ? ',userxattr' : '';
  const reading = `lowerdir=${upper}:${below},upperdir=${SCRATCH}/upper,workdir=${SCRATCH}/work${user}`;
  const writing = `lowerdir=${below},upperdir=${upper},workdir=${LAYERS}/own/${baseOf(WorkDir)}${user}`;
  const readOnly = container.HostConfig.ReadonlyRootfs;
  // The outer ones first: `/data` before `/data/more`.
  const binds = mounts
    .map(({ Destination }, index) => ({ source: `${MOUNTS}/${index}`, Destination }))
    .sort((a, b) => a.Destination.length - b.Destination.length)
    .flatMap(({ source, Destination }) => [source, Destination]);
  return {
    spec: { name, hostConfig },
    place: (containerId) => ({
      containerId,
      name,
      root: ROOT,
      knowsNames: false,
      command: (script, args, { writes }) => {
        const overlay = writes && !readOnly ? [writing, 'rw'] : [reading, 'ro'];
        return ['unshare', '-m', SHELL, '-c', WITH_LAYERS, 'sh', ...overlay, ...binds, '/', script, SHELL_NAME, ...args];
      },
    }),
  };
}

function nameOf({ Name }: ContainerInspect): string {
  return Name.replace(/^\//, '');
}

function parentOf(path: string | undefined): string | null {
  return path === undefined ? null : path.slice(0, path.lastIndexOf('/'));
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
