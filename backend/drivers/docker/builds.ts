import { type EngineId, type ImageId, toImageId } from '../../contract/index.ts';
import { AppError, type Clock } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { BuildsFacet } from '../builds.ts';
import { buildClassic } from './build-classic.ts';
import { buildWithBuildKit } from './buildkit/build.ts';
import type { ImageInspect } from './engine-api.ts';
import type { EngineClient } from './engine-client.ts';
import { fullName } from './image-names.ts';

/** The first API in which BuildKit is no experiment. */
const BUILDKIT_API = 39;

export type Builder = 'buildkit' | 'classic' | 'podman';

/** BuildKit where the engine has it, and does not say (`features.buildkit: false`) that it is not to be used. */
export function builderOf(engine: { podman: boolean; apiVersion: string; osType?: string; builderVersion?: string | undefined }): Builder {
  if (engine.podman) return 'podman';
  const [major = 0, minor = 0] = engine.apiVersion.split('.').map(Number);
  const canBuildKit = (major > 1 || minor >= BUILDKIT_API) && engine.osType !== 'windows';
  return canBuildKit && engine.builderVersion !== '1' ? 'buildkit' : 'classic';
}

export function createBuilds(deps: { client: EngineClient; host: Host; clock: Clock; engineId: EngineId; builder: Builder }): BuildsFacet {
  const { client, host, clock, engineId, builder } = deps;
  return {
    steps: { instructions: builder === 'buildkit' ? 'layers' : 'all', stages: builder === 'classic' ? 'all' : 'needed' },
    secrets: builder !== 'classic',
    async build(spec, onEvent, signal): Promise<ImageId> {
      if (builder === 'classic' && Object.keys(spec.secrets).length > 0)
        throw new AppError('actionUnsupported', { engine: client.engine.name, action: 'mount secrets in builds' });
      for (const tag of spec.tags) fullName(tag);
      const built =
        builder === 'buildkit'
          ? await buildWithBuildKit(client, { spec, onEvent }, signal)
          : await buildClassic({ client, host, clock, podman: builder === 'podman' }, { spec, onEvent }, signal);
      // Builders tell it short, or without the name of its digest.
      const { Id } = await client.call<ImageInspect>({ method: 'GET', path: `/images/${encodeURIComponent(built)}/json` }, signal);
      return toImageId(engineId, Id);
    },
  };
}
