/** As Docker's own client writes Docker Hub in its configuration and to credential helpers. */
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';

/**
 * A key of `auths` as a registry's name: without scheme and API version, Docker Hub as `docker.io`. Podman's keys may go on
 * with a path (`quay.io/team`), which is kept.
 */
export function registryOfKey(key: string): string {
  const bare = key
    .replace(/^https?:\/\//, '')
    .replace(/\/(?:v[12]\/?)?$/, '')
    .replace(/\/v[12]$/, '');
  return /^(?:index\.docker\.io|registry-1\.docker\.io|registry\.hub\.docker\.com)$/.test(bare) ? 'docker.io' : bare;
}

/** The key under which Docker's own client keeps a registry. */
export function keyOfRegistry(registry: string): string {
  return registry === 'docker.io' ? DOCKER_HUB_KEY : registry;
}

/**
 * Under which names credentials for an image, or for a registry, may be kept; the most exact first. The image's name has its
 * registry in front, and no tag.
 */
export function scopesOf(name: string): string[] {
  const parts = name.split('/');
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('/'));
}
