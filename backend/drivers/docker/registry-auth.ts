import type { Credentials } from '../registries.ts';
import { fullName } from './image-names.ts';

/** As Docker's own client writes Docker Hub: https://github.com/docker/docker-ce (registry/config.go, IndexServer) */
const DOCKER_HUB = 'https://index.docker.io/v1/';

/**
 * The header that carries who pulls or pushes; for nobody it is an empty object, which Docker 20.10 wants to see at a push.
 * Base64 for URLs with its padding: Podman takes it no other way.
 */
export function registryAuth(image: string, credentials: Credentials | null): Record<string, string> {
  const host = registryOf(image);
  const serveraddress = host === 'docker.io' ? DOCKER_HUB : host;
  return { 'X-Registry-Auth': encode(credentials === null ? {} : { ...identityOf(credentials), serveraddress }) };
}

/** The registry that an image's name leads to: `docker.io` when it names none. @throws AppError imageNameInvalid */
export function registryOf(image: string): string {
  return fullName(image).split('/')[0] ?? '';
}

function identityOf({ username, secret, isToken }: Credentials): Record<string, string> {
  return isToken ? { identitytoken: secret } : { username, password: secret };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
