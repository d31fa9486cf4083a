import type { Readable } from 'node:stream';
import { type EngineId, type ImageId, toImageId } from '../../contract/index.ts';
import { AppError, type Clock, type Logger } from '../../core/index.ts';
import type { PullRequest, TransferProgress } from '../registries.ts';
import type { ImageInspect, ProgressMessage } from './engine-api.ts';
import type { EngineClient } from './engine-client.ts';
import { fullName, withoutTag } from './image-names.ts';
import { jsonLines } from './json-lines.ts';
import { holdLayers } from './layer-hold.ts';
import { registryAuth } from './registry-auth.ts';
import { registryFailure } from './registry-errors.ts';
import { TransferParts } from './transfer-parts.ts';

export type OnProgress = (progress: TransferProgress) => void;

/** To keep what has been fetched before a cancel is passed on. */
const KEEP_WITHIN_MS = 5_000;

export interface PullDeps {
  client: EngineClient;
  engineId: EngineId;
  podman: boolean;
  /** Of a pull that fails or is cancelled. */
  keepsLayers: boolean;
  clock: Clock;
  logger: Logger;
}

/** Pulls one tag, or all of them. */
export async function pullImage(
  deps: PullDeps & { request: PullRequest; onProgress: OnProgress },
  signal: AbortSignal,
): Promise<ImageId | null> {
  const { client, request } = deps;
  const { name, platform, allTags, credentials } = request;
  const full = fullName(name);
  const failure = (words: string) => registryFailure({ image: name, platform, engine: client.engine }, words);
  const headers = registryAuth(name, credentials);
  const refused = ({ message }: { message: string }) => failure(message);
  if (allTags && deps.podman) {
    // Docker's API has no word for it that Podman understands; its own has, and tells of layers by name only.
    const query = { reference: withoutTag(full), allTags: true };
    const body = await client.stream({ method: 'POST', path: '/libpod/images/pull', query, headers, refused }, signal);
    await followTransfer({ client, body, failure, onProgress: deps.onProgress }, signal);
    return null;
  }
  const query = { fromImage: allTags ? withoutTag(full) : full, platform: platform ?? undefined };
  const create = async (onProgress: OnProgress, ended: AbortSignal) => {
    const body = await client.stream({ method: 'POST', path: '/images/create', query, headers, refused }, ended);
    await followTransfer({ client, body, failure, onProgress }, ended);
  };
  if (deps.keepsLayers || allTags) await create(deps.onProgress, signal);
  else await holdingLayers(deps, create, signal);
  if (allTags) return null;
  const missing = ({ status }: { status: number }) => (status === 404 ? new AppError('imageMissing', { image: name }) : null);
  const { Id, Architecture } = await client.call<ImageInspect>(
    { method: 'GET', path: `/images/${encodeURI(full)}/json`, refused: missing },
    signal,
  );
  // Docker takes the image that is there for another platform, and mentions that in passing.
  if (platform !== null && platform.split('/')[1] !== Architecture) throw new AppError('platformMissing', { image: name, platform });
  return toImageId(deps.engineId, Id);
}

/** Where the engine would throw finished layers away with the pull, they are held: the next one goes on from there. */
async function holdingLayers(
  deps: PullDeps & { request: PullRequest; onProgress: OnProgress },
  create: (onProgress: OnProgress, ended: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  await using hold = holdLayers(deps);
  const transfer = new AbortController();
  const onAbort = () => void hold.keep(AbortSignal.timeout(KEEP_WITHIN_MS)).then(() => transfer.abort(signal.reason));
  const onProgress: OnProgress = (progress) => {
    hold.note(progress.parts);
    // The connection broke; Docker tries five times, and gives up.
    if (progress.step?.startsWith('Retrying')) void hold.keep(transfer.signal);
    deps.onProgress(progress);
  };
  signal.throwIfAborted();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await create(onProgress, transfer.signal);
    await hold.release(transfer.signal);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Reads an engine's messages to their end. @throws what an error among them means */
export async function followTransfer(
  options: { client: EngineClient; body: Readable; failure: (words: string) => AppError; onProgress: OnProgress },
  signal: AbortSignal,
): Promise<void> {
  const { client, body, failure, onProgress } = options;
  const parts = new TransferParts();
  try {
    for await (const batch of jsonLines<ProgressMessage>(body)) {
      let changed = false;
      for (const message of batch) {
        if (message.error !== undefined) throw failure(message.error);
        changed = parts.add(toMessage(message)) || changed;
      }
      if (changed) onProgress(parts.progress);
    }
  } catch (error) {
    throw client.translate(error, signal);
  }
  parts.finish();
  onProgress(parts.progress);
}

/** Podman's own API says `Copying blob sha256:…`. */
function toMessage(message: ProgressMessage): ProgressMessage {
  const digest = /^Copying blob sha256:([0-9a-f]{12})/.exec(message.stream ?? '')?.[1];
  return digest === undefined ? message : { id: digest, status: 'Pulling fs layer' };
}
