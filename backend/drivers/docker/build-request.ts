import { AppError } from '../../core/index.ts';
import type { BuildSpec } from '../builds.ts';
import type { EngineRequest } from './engine-client.ts';
import type { EngineName } from './errors.ts';
import { registryFailure } from './registry-errors.ts';

/** What both builders of Docker, and Podman, are asked in the same words. */
export function buildQuery(spec: BuildSpec): NonNullable<EngineRequest['query']> {
  return {
    dockerfile: spec.context.dockerfile.name,
    t: spec.tags,
    buildargs: JSON.stringify(spec.args),
    labels: JSON.stringify(spec.labels),
    target: spec.target ?? undefined,
    platform: spec.platform ?? undefined,
    nocache: spec.noCache ? 1 : undefined,
    pull: spec.pull ? 1 : undefined,
    // Containers of steps do not stay, neither after a success nor after a failure.
    rm: 1,
    forcerm: 1,
  };
}

/** The base image that could not be had, in the words of BuildKit, of the classic builder and of Podman. */
const BASE_IMAGE =
  /(?:pull access denied for|failed to resolve source metadata for|failed to load metadata for|initializing source docker:\/\/)\s*([a-z0-9][\w./-]*(?::\d+\/[\w./-]+)?(?::[\w.-]+)?)/;

/** What an engine's words mean when a build ends with them. */
export function buildFailure(engine: EngineName, message: string): AppError {
  const image = BASE_IMAGE.exec(message)?.[1]?.replace(/:$/, '');
  if (image !== undefined) return registryFailure({ image, platform: null, engine }, message);
  return new AppError('buildFailed', { message: lastCause(message) }, { detail: message });
}

/** Go wraps what went wrong in all that it went through: `failed to solve with frontend dockerfile.v0: failed to …: words`. */
function lastCause(message: string): string {
  return message
    .replace(
      /^(?:failed to solve[^:]*: |rpc error: code = \w+ desc = |failed to build LLB: |dockerfile parse error |failed to compute cache key: )+/,
      '',
    )
    .trim();
}
