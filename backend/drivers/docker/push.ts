import { splitId } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { PushRequest } from '../registries.ts';
import { fullName, splitTag } from './image-names.ts';
import { followTransfer, type OnProgress, type PullDeps } from './pull.ts';
import { registryAuth } from './registry-auth.ts';
import { registryFailure } from './registry-errors.ts';

/** Gives the image the name and sends it where the name says. Podman 4.3 tells nothing of its layers until it is done. */
export async function pushImage(
  { client, request, onProgress }: PullDeps & { request: PushRequest; onProgress: OnProgress },
  signal: AbortSignal,
): Promise<void> {
  const { id, name, credentials } = request;
  const { repository, tag } = splitTag(fullName(name));
  if (tag === null) throw new AppError('imageNameInvalid', { image: name });
  const { nativeId } = splitId(id);
  const missing = ({ status }: { status: number }) => (status === 404 ? new AppError('imageMissing', { image: name }) : null);
  await client.call({ method: 'POST', path: `/images/${nativeId}/tag`, query: { repo: repository, tag }, refused: missing }, signal);
  const failure = (words: string) => registryFailure({ image: name, platform: null, engine: client.engine }, words);
  const headers = registryAuth(name, credentials);
  const refused = ({ message }: { message: string }) => failure(message);
  const body = await client.stream({ method: 'POST', path: `/images/${repository}/push`, query: { tag }, headers, refused }, signal);
  await followTransfer({ client, body, failure, onProgress }, signal);
}
