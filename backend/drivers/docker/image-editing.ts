import { type EngineId, type ImageId, splitId, toImageId } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { CommitSpec, ImageEditing, ImportSpec } from '../images.ts';
import { missing } from './containers.ts';
import type { HistoryAnswer, ImageInspect, ProgressMessage } from './engine-api.ts';
import type { EngineClient } from './engine-client.ts';
import { engineNoSpace, isNoSpace, type Refusal } from './errors.ts';
import { toImageDetails, toLayers } from './image-details.ts';
import { familiarName, fullName } from './image-names.ts';
import { jsonLines } from './json-lines.ts';

/** Tags, archives and images made of something else than a pull. Docker and Podman answer these alike but where it says so. */
export function createImageEditing({ client, engineId }: { client: EngineClient; engineId: EngineId }): ImageEditing {
  const { engine } = client;

  /** Podman forgets the repository of an import and the tag of a commit: both engines are asked for a nameless image first. */
  async function name(id: string, full: string | null, signal: AbortSignal): Promise<ImageId> {
    if (full === null) return toImageId(engineId, id);
    try {
      await tagWith(id, full, signal);
      return toImageId(engineId, id);
    } catch (error) {
      await client.call({ method: 'DELETE', path: `/images/${id}` }, AbortSignal.timeout(CLEAN_UP_MS)).catch(() => {});
      throw error;
    }
  }

  async function tagWith(id: string, full: string, signal: AbortSignal): Promise<void> {
    const colon = full.lastIndexOf(':');
    const query = { repo: full.slice(0, colon), tag: full.slice(colon + 1) };
    await client.call({ method: 'POST', path: `/images/${id}/tag`, query, refused: imageMissing(id) }, signal);
  }

  /** What went wrong with bytes that were sent, in the engine's words. */
  function archiveFailure(message: string): AppError {
    if (isNoSpace(message)) return engineNoSpace(engine, message);
    if (/syntax error|unknown instruction|not a valid change|invalid change/i.test(message)) {
      return new AppError('invalidInput', { field: 'changes', message }, { detail: message });
    }
    return new AppError('archiveUnusable', { message: archiveWords(message) }, { detail: message });
  }

  async function* answers(path: string, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<ProgressMessage, void> {
    const refused = ({ status, message }: Refusal) => (status >= 400 ? archiveFailure(message) : null);
    const body = await client.stream({ method: 'POST', path, upload: bytes, refused }, signal);
    try {
      for await (const batch of jsonLines<ProgressMessage>(body)) {
        for (const message of batch) {
          if (message.error !== undefined) throw archiveFailure(message.error);
          yield message;
        }
      }
    } catch (error) {
      throw client.translate(error, signal);
    } finally {
      body.destroy();
    }
  }

  return {
    async get(id, signal) {
      const { nativeId } = splitId(id);
      const [image, history] = await inspectWithHistory(client, nativeId, signal);
      return toImageDetails(id, image, toLayers(image, history));
    },

    async tag(id, wanted, signal) {
      await tagWith(splitId(id).nativeId, taggedName(wanted), signal);
    },

    async untag(id, shown, signal) {
      const { nativeId } = splitId(id);
      const { RepoTags } = await inspectImage(client, nativeId, signal);
      const found = (RepoTags ?? []).find((tag) => tag === shown || familiarName(tag) === shown);
      if (found === undefined) throw new AppError('imageMissing', { image: shown });
      // The engine would remove the image with its last name.
      if (RepoTags?.length === 1) throw new AppError('imageLastName', { image: shown });
      await client.call({ method: 'DELETE', path: `/images/${encodeURI(found)}`, refused: imageMissing(shown) }, signal);
    },

    async *save(ids, signal) {
      const names: string[] = [];
      for (const id of ids) {
        const { nativeId } = splitId(id);
        const { RepoTags } = await inspectImage(client, nativeId, signal);
        names.push(...(RepoTags?.length ? RepoTags : [nativeId]));
      }
      const query = names.map((one) => `names=${encodeURIComponent(one)}`).join('&');
      const tar = await client.stream({ method: 'GET', path: `/images/get?${query}`, refused: imageMissing(names[0] ?? '') }, signal);
      try {
        yield* tar as AsyncIterable<Buffer>;
      } catch (error) {
        throw client.translate(error, signal);
      } finally {
        tar.destroy();
      }
    },

    async loadAll(archive, signal) {
      const loaded: string[] = [];
      for await (const { stream } of answers('/images/load?quiet=true', archive, signal)) loaded.push(...loadedNames(stream ?? ''));
      if (loaded.length === 0) throw new AppError('archiveUnusable', { message: 'it holds no image' });
      const ids = new Set<ImageId>();
      for (const one of loaded) ids.add(toImageId(engineId, (await inspectImage(client, one, signal)).Id));
      return [...ids];
    },

    async importFilesystem(tar, { name: wanted, message, changes }: ImportSpec, signal) {
      const full = wanted === '' ? null : taggedName(wanted);
      const query = new URLSearchParams({ fromSrc: '-', message });
      for (const change of changes) query.append('changes', change);
      let id: string | undefined;
      for await (const { status } of answers(`/images/create?${query}`, tar, signal))
        id = /^(?:sha256:)?[a-f0-9]{64}$/.exec(status ?? '')?.[0] ?? id;
      if (id === undefined) throw new AppError('engineRefused', { engine: engine.name, message: 'it made no image' });
      return name(id, full, signal);
    },

    async commit(machine, { name: wanted, comment, author, pause, changes }: CommitSpec, signal) {
      const full = wanted === '' ? null : taggedName(wanted);
      const query = new URLSearchParams({ container: splitId(machine).nativeId, comment, author, pause: String(pause) });
      for (const change of changes) query.append('changes', change);
      // The body would replace the container's configuration; empty, it stays.
      const { Id } = await client.call<{ Id: string }>({ method: 'POST', path: `/commit?${query}`, body: {}, refused: missing }, signal);
      return name(Id.startsWith('sha256:') ? Id : `sha256:${Id}`, full, signal);
    },
  };
}

const CLEAN_UP_MS = 30_000;

/** @throws AppError imageMissing */
export function inspectImage(client: EngineClient, name: string, signal: AbortSignal): Promise<ImageInspect> {
  return client.call({ method: 'GET', path: `/images/${encodeURI(name)}/json`, refused: imageMissing(name) }, signal);
}

/** @throws AppError imageMissing */
export function inspectWithHistory(client: EngineClient, id: string, signal: AbortSignal): Promise<[ImageInspect, HistoryAnswer[]]> {
  return Promise.all([
    inspectImage(client, id, signal),
    client.call<HistoryAnswer[]>({ method: 'GET', path: `/images/${id}/history`, refused: imageMissing(id) }, signal),
  ]);
}

function imageMissing(image: string): (refusal: Refusal) => AppError | null {
  // Podman answers 500 to a save of an image that is gone.
  return ({ status, message }) =>
    status === 404 || /no such image|image not known|unknown image/i.test(message) ? new AppError('imageMissing', { image }) : null;
}

/** A name that a tag can be given for: not one with a digest. @throws AppError imageNameInvalid */
function taggedName(name: string): string {
  if (name.includes('@')) throw new AppError('imageNameInvalid', { image: name });
  return fullName(name);
}

/** Podman names all that it loaded in one line, Docker each in its own. */
function loadedNames(line: string): string[] {
  const found = /Loaded image(?:\(s\)| ID)?: (.+)/.exec(line)?.[1] ?? '';
  return found
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Of Podman's list of everything that it took the archive for, the docker-save part; of Docker's words, without paths of its own. */
function archiveWords(message: string): string {
  const asDocker = /\* docker-archive: (.+)/.exec(message)?.[1] ?? message;
  return (asDocker.split('\n')[0] ?? '').replace(/\/\S*\/(?:docker-import-\d+|oci\d+)\//g, '').trim();
}
