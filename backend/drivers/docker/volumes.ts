import { type EngineId, toVolumeId, type Volume } from '../../contract/index.ts';
import type { VolumesFacet } from '../driver.ts';
import type { VolumeAnswer } from './engine-api.ts';
import type { EngineClient } from './engine-client.ts';
import { timeOf } from './machines.ts';

export function createVolumes({ client, engineId }: { client: EngineClient; engineId: EngineId }): VolumesFacet {
  return {
    async list(signal) {
      const { Volumes } = await client.call<{ Volumes: VolumeAnswer[] | null }>({ method: 'GET', path: '/volumes' }, signal);
      return (Volumes ?? []).map((volume) => toVolume(volume, engineId));
    },
  };
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
