import { bindPropagation, type ContainerMount, containerMount } from '../container-spec.ts';
import { BadValue, type Codec, pair } from './codec.ts';
import { fromCsv, toCsv } from './csv.ts';

const CONSISTENCY = new Set(['consistent', 'cached', 'delegated']);

/** `-v`: `[source:]target[:options]` */
export const volume: Codec<ContainerMount> = {
  read(value) {
    const parts = value.split(':');
    if (parts.length > 3) throw new BadValue('badMount');
    const [source, target, options = ''] = parts.length === 1 ? [null, parts[0] ?? ''] : [parts[0] ?? '', parts[1] ?? '', parts[2]];
    if (!target.startsWith('/')) throw new BadValue('badTarget', { target });
    const bind = source !== null && /[/~$\\]|^\.+$/.test(source);
    if (bind && !source.startsWith('/')) throw new BadValue('relativePath', { path: source });
    const mount: Record<string, unknown> = bind ? { type: 'bind', source, target, createSource: true } : { type: 'volume', source, target };
    for (const option of options.split(',').filter((one) => one !== '' && one !== 'rw' && !CONSISTENCY.has(one))) {
      if (option === 'ro') mount.readOnly = true;
      else if (bind && (option === 'z' || option === 'Z')) mount.relabel = option;
      else if (bind && bindPropagation.safeParse(option).success) mount.propagation = option;
      else if (!bind && option === 'nocopy') mount.noCopy = true;
      else throw new BadValue('badMountOption', { option });
    }
    return checkedMount(mount);
  },
  write(mount) {
    const options = [mount.readOnly ? 'ro' : ''];
    if (mount.type === 'bind') options.push(mount.relabel ?? '', mount.propagation === 'rprivate' ? '' : mount.propagation);
    else options.push(mount.noCopy ? 'nocopy' : '');
    const said = options.filter((option) => option !== '').join(',');
    return [mount.source, mount.target, said].filter(Boolean).join(':');
  },
};

/** Whether `-v` can say all of it; else it takes `--mount`. */
export function fitsVolume(mount: ContainerMount): boolean {
  if (`${mount.source ?? ''}${mount.target}`.includes(':')) return false;
  if (mount.type === 'bind') return mount.createSource || mount.relabel !== null;
  const plain = mount.driver === null && Object.keys(mount.driverOptions).length === 0;
  return plain && (mount.source !== null || !(mount.readOnly || mount.noCopy));
}

const MOUNT_KEYS: Record<string, string> = {
  src: 'source',
  dst: 'target',
  destination: 'target',
  ro: 'readonly',
};

/** `--mount`: `type=bind,source=/a,target=/b,readonly`. A tmpfs comes as its path and options. */
export const mountOption: {
  read(value: string): ContainerMount | { type: 'tmpfs'; target: string; options: string };
  write: Codec<ContainerMount>['write'];
} = {
  read(value) {
    const said: Record<string, string> = {};
    const driverOptions: Record<string, string> = {};
    for (const field of fromCsv(value)) {
      const equals = field.indexOf('=');
      const name = (equals < 0 ? field : field.slice(0, equals)).toLowerCase();
      const rest = equals < 0 ? 'true' : field.slice(equals + 1);
      const key = MOUNT_KEYS[name] ?? name;
      if (key === 'volume-opt') {
        const [option, setting] = pair.read(rest);
        driverOptions[option] = setting;
      } else said[key] = rest;
    }
    const { type = 'volume', source, target = '', readonly, ...others } = said;
    if (!target.startsWith('/')) throw new BadValue('badTarget', { target });
    const readOnly = readonly !== undefined && !/^(false|0|f)$/i.test(readonly);
    const take = (key: string): string | undefined => {
      const taken = others[key];
      delete others[key];
      return taken;
    };
    take('consistency');
    const mount = (() => {
      if (type === 'tmpfs') {
        const options = { size: take('tmpfs-size'), mode: take('tmpfs-mode') };
        const said = Object.entries(options).flatMap(([key, option]) => (option === undefined ? [] : [`${key}=${option}`]));
        return { type: 'tmpfs' as const, target, options: [...(readOnly ? ['ro'] : []), ...said].join(',') };
      }
      if (type === 'bind') {
        if (source === undefined || !source.startsWith('/')) throw new BadValue('relativePath', { path: source ?? '' });
        return checkedMount({ type, source, target, readOnly, propagation: take('bind-propagation') });
      }
      if (type !== 'volume') throw new BadValue('badChoice', { choices: 'bind, volume, tmpfs' });
      const noCopy = take('volume-nocopy');
      return checkedMount({
        type,
        source: source ?? null,
        target,
        readOnly,
        noCopy: noCopy !== undefined && noCopy !== 'false',
        driver: take('volume-driver') ?? null,
        driverOptions,
      });
    })();
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) throw new BadValue('badMountOption', { option: unknown });
    return mount;
  },
  write(mount) {
    const fields = [`type=${mount.type}`, ...(mount.source === null ? [] : [`source=${mount.source}`]), `target=${mount.target}`];
    if (mount.readOnly) fields.push('readonly');
    if (mount.type === 'bind') {
      if (mount.propagation !== 'rprivate') fields.push(`bind-propagation=${mount.propagation}`);
    } else {
      if (mount.noCopy) fields.push('volume-nocopy');
      if (mount.driver !== null) fields.push(`volume-driver=${mount.driver}`);
      for (const entry of Object.entries(mount.driverOptions)) fields.push(`volume-opt=${pair.write(entry)}`);
    }
    return toCsv(fields);
  },
};

function checkedMount(mount: unknown): ContainerMount {
  const checked = containerMount.safeParse(mount);
  if (!checked.success) throw new BadValue('badMount');
  return checked.data;
}
