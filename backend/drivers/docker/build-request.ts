import { parseDockerfile, stagesFor } from '../../contract/index.ts';
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

/** A registry's silence or refusal, in words that do not say for which image. */
const REGISTRY_WORDS = /dial tcp|Get "?https?:\/\/[^"\s]*\/v2\/|TLS handshake|manifest unknown|manifest for \S+ not found/;

/** What an engine's words mean when a build ends with them. */
export function buildFailure(engine: EngineName, message: string, spec: BuildSpec): AppError {
  const image = BASE_IMAGE.exec(message)?.[1]?.replace(/:$/, '') ?? (REGISTRY_WORDS.test(message) ? baseImageIn(message, spec) : null);
  if (image !== null) return registryFailure({ image, platform: null, engine }, message);
  return new AppError('buildFailed', { message: lastCause(message) }, { detail: message });
}

/** Of the Dockerfile's base images the one whose registry is named; else the first. */
function baseImageIn(message: string, { context, target }: BuildSpec): string | null {
  const dockerfile = parseDockerfile(Buffer.from(context.dockerfile.content).toString('utf8'));
  const images = stagesFor(dockerfile, target).flatMap(({ base, from }) => (base === null && from !== 'scratch' ? [from] : []));
  return images.find((image) => message.includes(image.split('/')[0] ?? image)) ?? images[0] ?? null;
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
