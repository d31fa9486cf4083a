import { z } from 'zod';
import type { Credentials, RegistryLayer } from '../../drivers/registries.ts';
import { authorize, type RegistryClient, reach } from './registry-client.ts';
import { type Answer, ask } from './registry-connection.ts';

/** https://github.com/opencontainers/image-spec/blob/main/media-types.md, and Docker's own names for the same. */
const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const descriptor = z.object({ digest: z.string().regex(/^[a-z0-9]+:[a-f0-9]{32,}$/) });
const platformDescriptor = descriptor.extend({
  platform: z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() }).optional(),
});
const index = z.object({ manifests: z.array(platformDescriptor) });
const manifest = z.object({ config: descriptor, layers: z.array(descriptor) });
const config = z.object({ rootfs: z.object({ diff_ids: z.array(z.string()) }) });

export interface RegistryImage {
  /** Without the registry: `library/debian`. */
  repository: string;
  /** Tag or digest. */
  reference: string;
  /** `os/architecture[/variant]` */
  platform: string;
  credentials: Credentials | null;
}

/** The layers of an image, bottom first; null when the registry does not tell. Throws what a broken connection throws. */
export async function readLayers(client: RegistryClient, image: RegistryImage, signal: AbortSignal): Promise<RegistryLayer[] | null> {
  const { repository, reference, platform } = image;
  const get = (path: string) => getAs(client, { path: `/v2/${repository}/${path}`, credentials: image.credentials }, signal);
  let found = await get(`manifests/${reference}`);
  const { manifests } = index.safeParse(found).data ?? {};
  const chosen = manifests?.find((one) => one.platform !== undefined && matches(one.platform, platform));
  if (chosen !== undefined) found = await get(`manifests/${chosen.digest}`);
  const image_ = manifest.safeParse(found).data;
  if (image_ === undefined) return null;
  const ids = config.safeParse(await get(`blobs/${image_.config.digest}`)).data?.rootfs.diff_ids ?? [];
  if (ids.length !== image_.layers.length) return null;
  return image_.layers.map(({ digest }, at) => ({ digest, diffId: ids[at] ?? '' }));
}

function matches(has: { os: string; architecture: string; variant?: string | undefined }, wanted: string): boolean {
  const [os, architecture, variant] = wanted.split('/');
  return has.os === os && has.architecture === architecture && (variant === undefined || has.variant === variant);
}

/** The parsed JSON; undefined when there is none. */
async function getAs(
  client: RegistryClient,
  { path, credentials }: { path: string; credentials: Credentials | null },
  signal: AbortSignal,
): Promise<unknown> {
  const headers = { Accept: ACCEPT };
  let answer = await reach(client, { path, headers }, signal);
  const challenge = answer.headers['www-authenticate'];
  if (answer.status === 401 && challenge !== undefined) {
    const authorization = await authorize(client, { challenge, credentials }, signal);
    if (authorization === null) return undefined;
    answer = await reach(client, { path, headers: { ...headers, Authorization: authorization } }, signal);
  }
  answer = await followed(client, answer, signal);
  if (answer.status !== 200) return undefined;
  try {
    return JSON.parse(answer.body);
  } catch {
    return undefined;
  }
}

/** Blobs lie with somebody else, as a rule; who we are for the registry is none of their business. */
async function followed(client: RegistryClient, answer: Answer, signal: AbortSignal): Promise<Answer> {
  const target = answer.status >= 300 && answer.status < 400 ? URL.parse(answer.headers.location ?? '') : null;
  return target === null ? answer : ask(client.around, { url: target, trustAnyone: client.insecure }, signal);
}
