import { type FindInLayerRequest, LAYER_PAGE, type LayerEntry, type LayerPage } from '../../contract/index.ts';
import { isWasted, type LayerChangeEntry } from './changes.ts';

/** What a layer changes directly in a folder, folders first. `changes` are sorted by path. */
export function listFolder(changes: readonly LayerChangeEntry[], folder: string, offset: number): LayerPage {
  const prefix = folder === '' ? '' : `${folder}/`;
  const found = new Map<string, LayerEntry>();
  for (let at = firstAtOrAfter(changes, prefix); at < changes.length; at++) {
    const change = changes[at];
    if (change === undefined || !change.path.startsWith(prefix)) break;
    const slash = change.path.indexOf('/', prefix.length);
    const path = slash < 0 ? change.path : change.path.slice(0, slash);
    const before = found.get(path);
    if (slash < 0) {
      // A folder's own size is 0, unless it was met before as the way to something.
      const entry = toEntry(change);
      found.set(path, before === undefined ? entry : { ...entry, sizeBytes: before.sizeBytes, inside: before.inside });
    } else {
      const on = before ?? { ...FOLDER, path, name: path.slice(prefix.length) };
      found.set(path, { ...on, kind: 'folder', inside: on.inside + 1, sizeBytes: on.sizeBytes + change.sizeBytes });
    }
  }
  const all = [...found.values()].sort((a, b) => Number(b.kind === 'folder') - Number(a.kind === 'folder') || compare(a.name, b.name));
  return { entries: all.slice(offset, offset + LAYER_PAGE), total: all.length };
}

const FOLDER = { kind: 'folder', change: null, sizeBytes: 0, linkTarget: null, hiddenBy: null, inside: 0 } as const;

/** Everything in the layer that matches. */
export function findChanges(
  changes: readonly LayerChangeEntry[],
  { text, changes: wanted, wastedOnly, offset }: Pick<FindInLayerRequest, 'text' | 'changes' | 'wastedOnly' | 'offset'>,
): LayerPage {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const all = changes.filter(
    (entry) =>
      (wanted.length === 0 || wanted.includes(entry.change)) &&
      (!wastedOnly || (isWasted(entry) && entry.sizeBytes > 0)) &&
      words.every((word) => entry.path.toLowerCase().includes(word)),
  );
  return { entries: all.slice(offset, offset + LAYER_PAGE).map(toEntry), total: all.length };
}

function toEntry({ path, kind, change, sizeBytes, linkTarget, hiddenBy }: LayerChangeEntry): LayerEntry {
  return { path, name: path.slice(path.lastIndexOf('/') + 1), kind, change, sizeBytes, linkTarget, hiddenBy, inside: 0 };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function firstAtOrAfter(changes: readonly LayerChangeEntry[], prefix: string): number {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((changes[middle]?.path ?? '') < prefix) low = middle + 1;
    else high = middle;
  }
  return low;
}
