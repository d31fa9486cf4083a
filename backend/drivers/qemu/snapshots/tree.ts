import type { DiskFormat, SnapshotId } from '../../../contract/index.ts';

/** A disk's file that is written to no more, and the file of the machine's folder that it lies on. */
export interface FrozenFile {
  name: string;
  format: DiskFormat;
  /** Null: the chain ends here, or goes on outside the folder (an image's base disk). */
  backing: string | null;
}

/** What the tree needs of a snapshot. */
export interface SnapshotNode {
  id: SnapshotId;
  parentId: SnapshotId | null;
  definition: { disks: readonly { file: string }[] };
}

/** The snapshots there are, and the files that are frozen for them. A file may outlive its snapshot: others lie on it. */
export interface Tree<Node extends SnapshotNode = SnapshotNode> {
  snapshots: Node[];
  files: FrozenFile[];
}

/** One file goes, and its bytes with it. `into`: it holds what that file lacks, so that is copied there first. */
export interface Removal {
  file: string;
  into: string | null;
}

/** The machine's own files become the snapshot's. @param disks of `node`, with what each lies on */
export function withSnapshot<Node extends SnapshotNode>(tree: Tree<Node>, node: Node, disks: readonly FrozenFile[]): Tree<Node> {
  const known = new Set(tree.files.map(({ name }) => name));
  return { snapshots: [...tree.snapshots, node], files: [...tree.files, ...disks.filter(({ name }) => !known.has(name))] };
}

/** Its children are its parent's from now on. Which files go is for `nextRemoval` to say. */
export function withoutSnapshot<Node extends SnapshotNode>(tree: Tree<Node>, id: SnapshotId): Tree<Node> {
  const gone = tree.snapshots.find((snapshot) => snapshot.id === id);
  if (gone === undefined) return tree;
  const snapshots = tree.snapshots
    .filter((snapshot) => snapshot !== gone)
    .map((snapshot) => (snapshot.parentId === id ? { ...snapshot, parentId: gone.parentId } : snapshot));
  return { ...tree, snapshots };
}

/**
 * The next file that nobody needs any more: not a snapshot's, not the machine's own, not linked to, with at most one file on it.
 */
function nextRemoval(tree: Tree, current: readonly FrozenFile[], linked: ReadonlySet<string>): Removal | null {
  const needed = new Set([
    ...tree.snapshots.flatMap((snapshot) => snapshot.definition.disks.map(({ file }) => file)),
    ...current.map(({ name }) => name),
    ...linked,
  ]);
  const all = allFiles(tree, current);
  for (const { name } of tree.files) {
    if (needed.has(name)) continue;
    const above = all.filter(({ backing }) => backing === name);
    if (above.length <= 1) return { file: name, into: above[0]?.name ?? null };
  }
  return null;
}

/**
 * Every file that can go now, in order.
 * @param current the machine's own files
 * @param linked files that other machines are built upon
 */
export function removalsOf(tree: Tree, current: readonly FrozenFile[], linked: ReadonlySet<string> = new Set()): Removal[] {
  const removals: Removal[] = [];
  let left = tree;
  let own = current;
  for (let next = nextRemoval(left, own, linked); next !== null; next = nextRemoval(left, own, linked)) {
    removals.push(next);
    own = withoutFile(own, left.files, next);
    left = { ...left, files: withoutFile(left.files, left.files, next) };
  }
  return removals;
}

/** `files` after the removal: what lay on the file lies on what it lay on. @param frozen where the file stands */
export function withoutFile(files: readonly FrozenFile[], frozen: readonly FrozenFile[], { file }: Removal): FrozenFile[] {
  const backing = frozen.find(({ name }) => name === file)?.backing ?? null;
  return files.filter(({ name }) => name !== file).map((one) => (one.backing === file ? { ...one, backing } : one));
}

function allFiles(tree: Tree, current: readonly FrozenFile[]): FrozenFile[] {
  const frozen = new Set(tree.files.map(({ name }) => name));
  return [...tree.files, ...current.filter(({ name }) => !frozen.has(name))];
}
