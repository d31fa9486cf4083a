import { createHash } from 'node:crypto';
import { pack } from 'tar-stream';
import type { Clock, Logger } from '../../core/index.ts';
import type { PullRequest, RegistryLayer, TransferPart } from '../registries.ts';
import type { ImageSummary, ProgressMessage } from './engine-api.ts';
import type { EngineClient } from './engine-client.ts';
import { fullName } from './image-names.ts';
import { jsonLines } from './json-lines.ts';

/** On an image that does nothing but hold the layers of a pull that was not finished; its value is the image's name. */
export const HOLD_LABEL = 'catamaran.unfinished-pull';
/** A pull that nobody has gone on with for this long, nobody will. */
const FORGOTTEN_AFTER_S = 7 * 24 * 3600;
/** Pulls that are over sooner are not worth a question to the registry: some count them. */
const ASK_AFTER_MS = 10_000;

export interface LayerHold extends AsyncDisposable {
  /** What the engine has told last. */
  note(parts: readonly TransferPart[]): void;
  /** Returns when the layers that are finished will stay after the pull has ended. Never throws: without it a pull only takes longer. */
  keep(signal: AbortSignal): Promise<void>;
  /** All is there: nothing has to be held any more. */
  release(signal: AbortSignal): Promise<void>;
}

/**
 * Docker throws the finished layers of a pull away when the pull fails or is cancelled, unless an image has them
 * (distribution/xfer/download.go). So an image is made that has them and nothing else: an archive is loaded whose layers are
 * all there already, and Docker then asks for none of them. The next pull finds them and fetches the rest.
 */
export function holdLayers(deps: { client: EngineClient; clock: Clock; logger: Logger; request: PullRequest }): LayerHold {
  const { client, clock, logger, request } = deps;
  const name = fullName(request.name);
  const ended = new AbortController();
  let parts: readonly TransferPart[] = [];
  let asking: Promise<RegistryLayer[] | null> | null = null;
  let keeping: Promise<void> = Promise.resolve();
  let held = 0;

  function ask(signal: AbortSignal): Promise<RegistryLayer[] | null> {
    asking ??= request.layers(signal).then((layers) => {
      // Another try may have more luck.
      if (layers === null) asking = null;
      return layers;
    });
    return asking;
  }

  /** While the registry is still there: when it goes away it cannot be asked any more. */
  const asked = (async () => {
    await clock.sleep(ASK_AFTER_MS, ended.signal);
    await ask(ended.signal);
  })().catch(() => {});

  async function keep(signal: AbortSignal): Promise<void> {
    if (!parts.some(({ state }) => state === 'done')) return;
    const layers = await ask(signal);
    if (layers === null) return;
    const finished = finishedOf(layers, parts);
    if (finished.length <= held) return;
    const before = await holdsOf(client, signal);
    const id = await load(client, { name, layers: finished }, signal);
    held = finished.length;
    for (const hold of before) if (hold.Labels?.[HOLD_LABEL] === name && hold.Id !== id) await remove(client, hold.Id, signal);
  }

  return {
    note(told) {
      parts = told;
    },
    keep(signal) {
      keeping = keeping
        .then(() => keep(signal))
        .catch((error) => logger.info('the layers of a pull could not be kept', { image: request.name, error }));
      return keeping;
    },
    async release(signal) {
      const now = clock.now() / 1000;
      for (const { Id, Labels, Created } of await holdsOf(client, signal)) {
        if (Labels?.[HOLD_LABEL] === name || now - Created > FORGOTTEN_AFTER_S) await remove(client, Id, signal);
      }
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await asked;
      await keeping;
    },
  };
}

/** From the bottom up to the first that is not there yet. */
function finishedOf(layers: readonly RegistryLayer[], parts: readonly TransferPart[]): RegistryLayer[] {
  const there = new Set(parts.filter(({ state }) => state === 'done' || state === 'present').map(({ id }) => id));
  const missing = layers.findIndex(({ digest }) => !there.has(digest.replace(/^sha256:/, '').slice(0, 12)));
  return layers.slice(0, missing < 0 ? layers.length : missing);
}

async function load(
  client: EngineClient,
  { name, layers }: { name: string; layers: RegistryLayer[] },
  signal: AbortSignal,
): Promise<string | null> {
  const image = JSON.stringify({
    os: 'linux',
    created: new Date().toISOString(),
    config: { Labels: { [HOLD_LABEL]: name } },
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(() => ({ created_by: 'catamaran: kept of an unfinished pull' })),
  });
  const config = `${createHash('sha256').update(image).digest('hex')}.json`;
  const archive = pack();
  archive.entry(
    { name: 'manifest.json' },
    JSON.stringify([{ Config: config, RepoTags: null, Layers: layers.map((_, at) => `${at}/layer.tar`) }]),
  );
  archive.entry({ name: config }, image);
  archive.finalize();
  const body = await client.stream(
    { method: 'POST', path: '/images/load', query: { quiet: true }, upload: archive as AsyncIterable<Buffer> },
    signal,
  );
  let loaded: string | null = null;
  for await (const batch of jsonLines<ProgressMessage>(body)) {
    for (const { stream, error } of batch) {
      if (error !== undefined) throw new Error(error);
      loaded = /Loaded image ID: (\S+)/.exec(stream ?? '')?.[1] ?? loaded;
    }
  }
  return loaded;
}

function holdsOf(client: EngineClient, signal: AbortSignal): Promise<ImageSummary[]> {
  return client.call({ method: 'GET', path: '/images/json', query: { filters: JSON.stringify({ label: [HOLD_LABEL] }) } }, signal);
}

function remove(client: EngineClient, id: string, signal: AbortSignal): Promise<void> {
  // Gone meanwhile: somebody has pruned.
  return client.call<void>({ method: 'DELETE', path: `/images/${id}` }, signal).catch(() => {});
}
