import type { Engine } from '../../contract/index.ts';
import type { ComposeFacet } from '../compose.ts';

const DOCKER: ComposeFacet['commands'] = [['docker', 'compose'], ['docker-compose']];
/** Last, because they know less of Compose. */
const PODMAN: ComposeFacet['commands'] = [...DOCKER, ['podman', 'compose'], ['podman-compose']];

export function createCompose({ endpoint, product }: Engine): ComposeFacet {
  const address = endpoint.startsWith('/') ? `unix://${endpoint}` : endpoint;
  if (product !== 'podman') return { commands: DOCKER, env: { DOCKER_HOST: address }, packages: ['docker-compose'] };
  return {
    commands: PODMAN,
    // Podman serves the Docker API to docker-compose, without BuildKit; podman-compose calls podman itself.
    env: { DOCKER_HOST: address, DOCKER_BUILDKIT: '0', CONTAINER_HOST: address },
    packages: ['docker-compose', 'podman-compose'],
  };
}
