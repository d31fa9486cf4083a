import type { ImageContents, LayerChange, LayerEntry } from '../../contract/index.ts';
import type { LayerFile } from './archive.ts';

/** One thing that a layer does. */
export interface LayerChangeEntry extends Pick<LayerEntry, 'path' | 'kind' | 'sizeBytes' | 'linkTarget' | 'hiddenBy'> {
  change: LayerChange;
}

/** https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts */
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** A path of the layers so far, put one upon the other. */
interface Node {
  children: Map<string, Node>;
  /** What is there; null for a folder that no layer names. */
  live: { layer: number; file: LayerFile; entry: LayerChangeEntry | null } | null;
}

/** What every layer changes of those below it, sorted by path, and what of it is hidden by those above. */
export function changesOf(layers: readonly (readonly LayerFile[])[]): LayerChangeEntry[][] {
  const root = newNode();
  return layers.map((files, layer) => {
    const changes = new Map<string, LayerChangeEntry>();
    // They hide what is below this layer, wherever in it they stand.
    for (const { path } of files) if (nameOf(path).startsWith(WHITEOUT)) whiteOut(root, path, { layer, changes });
    for (const file of files) if (!nameOf(file.path).startsWith(WHITEOUT)) put(root, file, { layer, changes });
    return [...changes.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  });
}

export function summaryOf(layers: readonly (readonly LayerChangeEntry[])[]): ImageContents {
  const summaries = layers.map((changes) => {
    const summary = { added: { files: 0, bytes: 0 }, changed: { files: 0, bytes: 0 }, removed: { files: 0, bytes: 0 }, wastedBytes: 0 };
    for (const { change, kind, sizeBytes, hiddenBy } of changes) {
      if (kind !== 'folder') summary[change].files++;
      summary[change].bytes += sizeBytes;
      if (isWasted({ change, hiddenBy })) summary.wastedBytes += sizeBytes;
    }
    return summary;
  });
  return { layers: summaries, wastedBytes: summaries.reduce((sum, { wastedBytes }) => sum + wastedBytes, 0) };
}

/** It takes space, and no machine sees it. */
export function isWasted({ change, hiddenBy }: Pick<LayerChangeEntry, 'change' | 'hiddenBy'>): boolean {
  return hiddenBy !== null && change !== 'removed';
}

interface Turn {
  layer: number;
  changes: Map<string, LayerChangeEntry>;
}

function whiteOut(root: Node, path: string, turn: Turn): void {
  const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
  const name = nameOf(path);
  const parent = find(root, folder);
  if (parent === undefined) return;
  if (name === OPAQUE) {
    for (const [child, node] of parent.children) remove(node, joined(folder, child), turn);
    parent.children.clear();
    return;
  }
  const hidden = name.slice(WHITEOUT.length);
  const node = parent.children.get(hidden);
  if (node === undefined) return;
  remove(node, joined(folder, hidden), turn);
  parent.children.delete(hidden);
}

/** Everything in it is hidden from here on. */
function remove(top: Node, topPath: string, { layer, changes }: Turn): void {
  // Not by recursion: an archive may nest as deep as it likes.
  const waiting: [string, Node][] = [[topPath, top]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [path, { live, children }] = next;
    if (live !== null) {
      if (live.entry !== null) live.entry.hiddenBy = layer;
      const { sizeBytes, linkTarget } = live.file;
      changes.set(path, { path, kind: kindOf(live.file), sizeBytes, linkTarget, hiddenBy: null, change: 'removed' });
    }
    for (const [name, child] of children) waiting.push([joined(path, name), child]);
  }
}

function put(root: Node, file: LayerFile, turn: Turn): void {
  const { layer, changes } = turn;
  const node = make(root, file.path, turn);
  const before = node.live;
  const kind = kindOf(file);
  // A folder over a folder leaves what is in it.
  if (kind === 'folder' && before !== null && kindOf(before.file) === 'folder' && !differs(before.file, file)) return;
  if (kind !== 'folder' && node.children.size > 0) {
    for (const [name, child] of node.children) remove(child, joined(file.path, name), turn);
    node.children.clear();
  }
  const isSecond = before?.layer === layer;
  if (before?.entry != null && !isSecond) before.entry.hiddenBy = layer;
  const gone = changes.get(file.path)?.change;
  const change = isSecond ? (before?.entry?.change ?? 'changed') : before !== null || gone === 'removed' ? 'changed' : 'added';
  const entry: LayerChangeEntry = { path: file.path, kind, sizeBytes: file.sizeBytes, linkTarget: file.linkTarget, hiddenBy: null, change };
  changes.set(file.path, entry);
  node.live = { layer, file, entry };
}

function differs(a: LayerFile, b: LayerFile): boolean {
  return a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid;
}

function kindOf({ type }: LayerFile): LayerEntry['kind'] {
  if (type === 'directory') return 'folder';
  if (type === 'symlink' || type === 'link') return 'link';
  return type === 'file' || type === 'contiguous-file' ? 'file' : 'other';
}

function newNode(): Node {
  return { children: new Map(), live: null };
}

function find(root: Node, path: string): Node | undefined {
  let node: Node | undefined = root;
  for (const name of partsOf(path)) node = node?.children.get(name);
  return node;
}

/** The place of a path; a file that stands in the way is one no more. */
function make(root: Node, path: string, turn: Turn): Node {
  let node = root;
  let at = '';
  for (const name of partsOf(path)) {
    if (node.live !== null && kindOf(node.live.file) !== 'folder') {
      remove(node, at, turn);
      node.live = null;
    }
    let child = node.children.get(name);
    if (child === undefined) {
      child = newNode();
      node.children.set(name, child);
    }
    node = child;
    at = joined(at, name);
  }
  return node;
}

function partsOf(path: string): string[] {
  return path === '' ? [] : path.split('/');
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function joined(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
