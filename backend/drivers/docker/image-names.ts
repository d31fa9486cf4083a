import { AppError } from '../../core/index.ts';

/** https://github.com/distribution/reference: host[:port]/path[:tag][@digest] */
const REFERENCE =
  /^(?:(?<host>localhost|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d+)?|[A-Za-z0-9-]+:\d+|localhost:\d+)\/)?(?<path>[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>[a-z0-9]+:[a-f0-9]{32,}))?$/;

/**
 * The name with everything that is otherwise assumed: `debian` → `docker.io/library/debian:latest`.
 * @throws AppError imageNameInvalid
 */
export function fullName(name: string): string {
  const parts = REFERENCE.exec(name.trim())?.groups;
  if (parts === undefined) throw new AppError('imageNameInvalid', { image: name });
  const { host = 'docker.io', path = '', tag, digest } = parts;
  const place = host === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
  if (digest !== undefined) return `${host}/${place}@${digest}`;
  return `${host}/${place}:${tag ?? 'latest'}`;
}

/** As people write it, and the same for Docker and Podman: without the default registry, and without Podman's `localhost/`. */
export function familiarName(name: string): string {
  return name.replace(/^docker\.io\/library\//, '').replace(/^(?:docker\.io|localhost)\//, '');
}

/** Of a full name; the tag is null when it is known by its digest. */
export function splitTag(full: string): { repository: string; tag: string | null } {
  if (full.includes('@')) return { repository: full.slice(0, full.indexOf('@')), tag: null };
  const colon = full.lastIndexOf(':');
  return { repository: full.slice(0, colon), tag: full.slice(colon + 1) };
}

export function withoutTag(full: string): string {
  return splitTag(full).repository;
}
