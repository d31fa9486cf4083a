import { posix } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Header } from 'tar-stream';
import { AppError } from '../../core/index.ts';
import { type TarEntry, tarEntries, tarFailure } from '../tar.ts';

/** A file of a layer, as its tar has it. */
export interface LayerFile {
  /** Normalised, without a leading slash; never outside the root. */
  path: string;
  type: NonNullable<Header['type']>;
  sizeBytes: number;
  mode: number;
  uid: number;
  gid: number;
  linkTarget: string | null;
}

/** Longer ones are no documents of an image: those are some kilobytes. */
const DOCUMENT_BYTES = 16 * 1024 * 1024;
/** More files than any image that is meant to be run has; an archive made to fill the memory does. */
const MOST_FILES = 3_000_000;
const LONGEST_PATH = 4096 * 4;

interface Manifest {
  Layers: string[] | null;
}

/**
 * The files of every layer of the first image in a save archive (docker-save, with or without OCI's layout), lowest first, in one
 * pass and without holding a layer: which of the archive's files are layers is known only at its end.
 * https://github.com/moby/docker-image-spec/blob/main/v1.2.md
 * @throws AppError archiveUnusable
 */
export async function readLayers(archive: AsyncIterable<Uint8Array>): Promise<LayerFile[][]> {
  const layers = new Map<string, LayerFile[] | AppError>();
  const links = new Map<string, string>();
  let manifest: Manifest[] | null = null;
  const budget = { files: MOST_FILES };
  try {
    for await (const entry of tarEntries(archive)) {
      const { name, type, size = 0, linkname } = entry.header;
      const path = inArchive(name);
      if (path === 'manifest.json' && size <= DOCUMENT_BYTES) manifest = JSON.parse(await text(entry)) as Manifest[];
      else if (type === 'file') layers.set(path, await readLayer(entry, budget));
      else {
        if (linkname != null) links.set(path, type === 'link' ? inArchive(linkname) : inArchive(posix.join(posix.dirname(name), linkname)));
        entry.resume();
      }
    }
  } catch (error) {
    throw tarFailure(error);
  }
  const wanted = manifest?.[0]?.Layers;
  if (wanted == null) throw new AppError('archiveUnusable', { message: 'it names no image' });
  return wanted.map((name) => {
    const path = inArchive(name);
    const layer = layers.get(path) ?? layers.get(links.get(path) ?? '');
    if (layer === undefined) throw new AppError('archiveUnusable', { message: `its layer ${name} is missing` });
    if (layer instanceof AppError) throw layer;
    return layer;
  });
}

/** The files of what may be a layer; the error when it is none, for then nobody may ask for it. */
async function readLayer(entry: TarEntry, budget: { files: number }): Promise<LayerFile[] | AppError> {
  const content = entry[Symbol.asyncIterator]();
  const files: LayerFile[] = [];
  try {
    for await (const { header, resume } of entriesOf(content)) {
      if (--budget.files < 0) throw new AppError('archiveUnusable', { message: `it holds more than ${MOST_FILES} files` });
      const path = inArchive(header.name);
      if (path !== '' && path.length <= LONGEST_PATH) files.push(toFile(path, header));
      resume();
    }
    return files;
  } catch (error) {
    if (!(error instanceof AppError) || budget.files < 0) throw error;
    return error;
  } finally {
    // What is not read here would be in the way of the next file.
    while (!(await content.next()).done);
  }
}

/** Leaves the content open when the layer cannot be read any further: closing it would close the archive around it. */
async function* entriesOf(content: AsyncIterator<Uint8Array>): AsyncGenerator<{ header: Header; resume: () => void }, void> {
  const pieces: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => ({ next: () => content.next() }) };
  for await (const entry of tarEntries(pieces)) yield { header: entry.header, resume: () => void entry.resume() };
}

function toFile(path: string, { type, size, mode, uid, gid, linkname }: Header): LayerFile {
  return {
    path,
    type: type ?? 'file',
    sizeBytes: type === 'file' || type === 'contiguous-file' ? (size ?? 0) : 0,
    mode: (mode ?? 0) & 0o7777,
    uid: uid ?? 0,
    gid: gid ?? 0,
    linkTarget: linkname ?? null,
  };
}

/** `./usr//bin/`, `/usr/bin` and `../usr/bin` are all `usr/bin`: an archive has no place outside its root. */
function inArchive(name: string): string {
  return posix.normalize(`/${name}`).replace(/^\/|\/$/g, '');
}
