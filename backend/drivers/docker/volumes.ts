import { type EngineId, splitId, toVolumeId, type Volume, type VolumeId } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { VolumesFacet } from '../volumes.ts';
import type { Containers } from './containers.ts';
import type { VolumeAnswer } from './engine-api.ts';
import type { EngineClient } from './engine-client.ts';
import type { Refusal } from './errors.ts';
import type { Files } from './files/index.ts';
import { timeOf } from './machines.ts';

export function createVolumes(deps: { client: EngineClient; containers: Containers; files: Files; engineId: EngineId }): VolumesFacet {
  const { client, containers, files, engineId } = deps;

  async function exists(name: string, signal: AbortSignal): Promise<boolean> {
    try {
      await inspect(name, signal);
      return true;
    } catch (error) {
      if (error instanceof AppError && error.reason === 'volumeMissing') return false;
      throw error;
    }
  }

  function inspect(name: string, signal: AbortSignal): Promise<VolumeAnswer> {
    const refused = ({ status }: Refusal) => (status === 404 ? new AppError('volumeMissing', { volume: name }) : null);
    return client.call({ method: 'GET', path: `/volumes/${encodeURIComponent(name)}`, refused }, signal);
  }

  /** Names of the containers that mount it. */
  async function usersOf(name: string, signal: AbortSignal): Promise<string[]> {
    const all = await containers.list(signal);
    return all.filter(({ mounts }) => mounts.some(({ type, source }) => type === 'volume' && source === name)).map((one) => one.name);
  }

  return {
    async list(signal) {
      const { Volumes } = await client.call<{ Volumes: VolumeAnswer[] | null }>({ method: 'GET', path: '/volumes' }, signal);
      return (Volumes ?? []).map((volume) => toVolume(volume, engineId));
    },

    async create({ name, driver, options, labels }, signal) {
      // Engines answer with the volume that is there already, as if it were new.
      if (await exists(name, signal)) throw new AppError('nameTaken', { name });
      const body = { Name: name, Driver: driver, DriverOpts: options, Labels: labels };
      const { Name } = await client.call<VolumeAnswer>({ method: 'POST', path: '/volumes/create', body }, signal);
      return toVolumeId(engineId, Name);
    },

    async remove(id, signal) {
      const { nativeId: name } = splitId(id);
      await files.closeVolume(id);
      const users = await usersOf(name, signal);
      const inUse = (by: string[]) => new AppError('volumeInUse', { volume: name, machines: by.join(', ') });
      if (users.length > 0) throw inUse(users);
      const refused = ({ status, message }: Refusal) => {
        if (status === 404) return new AppError('volumeMissing', { volume: name });
        return status === 409 ? inUse([message]) : null;
      };
      await client.call({ method: 'DELETE', path: `/volumes/${encodeURIComponent(name)}`, refused }, signal);
    },

    async sizes(signal) {
      const { Volumes } = await client.call<{ Volumes: VolumeUsage[] | null }>(
        { method: 'GET', path: '/system/df', query: { type: 'volume' } },
        signal,
      );
      return new Map<VolumeId, number | null>(
        (Volumes ?? []).map(({ Name, UsageData }) => [
          toVolumeId(engineId, Name),
          UsageData && UsageData.Size >= 0 ? UsageData.Size : null,
        ]),
      );
    },

    async open(id, signal) {
      // A mount of a name that is not there would make a new volume.
      await inspect(splitId(id).nativeId, signal);
      return files.openVolume(id, signal);
    },
  };
}

interface VolumeUsage {
  Name: string;
  UsageData?: { Size: number } | null;
}

function toVolume({ Name, Driver, Mountpoint, CreatedAt, Labels, Options }: VolumeAnswer, engineId: EngineId): Volume {
  return {
    id: toVolumeId(engineId, Name),
    engineId,
    name: Name,
    driver: Driver,
    mountpoint: Mountpoint,
    createdAtMs: timeOf(CreatedAt ?? ''),
    labels: Labels ?? {},
    options: Options ?? {},
  };
}
