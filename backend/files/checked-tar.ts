import { extract } from 'tar-stream';
import { AppError, isAbort, messageOf } from '../core/index.ts';

/**
 * The same bytes, held back until what they say has been looked at: an entry that lies outside, through `..` or through a link
 * of the same archive, never reaches whoever unpacks it.
 * @throws AppError archiveHostile, archiveInvalid (no tar, or one that is cut off)
 */
export async function* checkedTar(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  // With no room at all, a chunk that was written has been looked at when there is room again.
  const reader = extract({ highWaterMark: 1 });
  const links = new Set<string>();
  let failure: unknown = null;
  let entries = 0;
  reader.on('entry', (header, entry, next) => {
    entries++;
    // What ends the reader ends its entries, too, and is told by the reader.
    entry.on('error', () => {});
    try {
      check(header, links);
    } catch (error) {
      next(error as Error);
      return;
    }
    entry.on('end', () => next(null));
    entry.resume();
  });
  reader.on('error', (error) => {
    failure ??= error;
  });
  const write = (chunk: Uint8Array) =>
    new Promise<void>((resolve) => {
      const taken = () => {
        reader.off('drain', taken);
        reader.off('close', taken);
        resolve();
      };
      reader.on('close', taken);
      if (reader.write(chunk)) taken();
      else reader.on('drain', taken);
    });
  try {
    for await (const chunk of bytes) {
      await write(chunk);
      if (failure !== null) throw failure;
      yield chunk;
    }
    const over = new Promise<void>((resolve) => {
      reader.on('finish', () => resolve());
      reader.on('close', () => resolve());
    });
    reader.end(null);
    await over;
    if (failure !== null) throw failure;
    if (entries === 0) throw new Error('it holds nothing');
  } catch (error) {
    if (error instanceof AppError || isAbort(error)) throw error;
    throw error === failure || entries === 0 ? new AppError('archiveInvalid', { message: messageOf(error) }, { cause: error }) : error;
  } finally {
    reader.destroy();
  }
}

function check({ name, type, linkname }: { name: string; type?: string | null; linkname?: string | null }, links: Set<string>): void {
  const path = partsWithin(name);
  if (path === null) throw new AppError('archiveHostile', { entry: name });
  for (let length = 1; length < path.length; length++) {
    if (links.has(path.slice(0, length).join('/'))) throw new AppError('archiveHostile', { entry: name });
  }
  // A hard link's target is a name in the archive.
  if (type === 'link' && partsWithin(linkname ?? '') === null) throw new AppError('archiveHostile', { entry: `${name} → ${linkname}` });
  if (type === 'symlink') links.add(path.join('/'));
  else links.delete(path.join('/'));
}

/** Null when it leaves the folder that it is unpacked in. */
function partsWithin(name: string): string[] | null {
  if (name.startsWith('/')) return null;
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') ? null : parts;
}
