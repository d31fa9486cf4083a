import type { Snapshot, SnapshotId, SnapshotSettings, SnapshotTree } from '../../../backend/contract/index.ts';

/** A line of the drawn tree: a snapshot, or (null) where the machine is now. */
export interface TreeRow {
  snapshot: Snapshot | null;
  /** Counted from 1, as `aria-level` is. */
  level: number;
  /** How many branchings lie above: a line without branches stays straight, however long. */
  indent: number;
  /** How the line from its parent comes: straight from the row above, or as a branch from the column to the left. */
  from: 'nothing' | 'above' | 'left';
  /** Whether a line goes down from it. */
  goesOn: boolean;
  /** Columns (as `indent`) with a line that passes by, on its way to branches further down. */
  passing: number[];
}

/** Parents before children, older children before younger ones, the machine's place after the snapshots of its parent. */
export function treeRows({ snapshots, current }: SnapshotTree): TreeRow[] {
  const known = new Set(snapshots.map(({ id }) => id));
  const parentOf = (id: SnapshotId | null) => (id !== null && known.has(id) ? id : null);
  const rows: TreeRow[] = [];
  const childrenOf = (parent: SnapshotId | null): (Snapshot | null)[] => [
    ...snapshots.filter(({ parentId }) => parentOf(parentId) === parent).sort((a, b) => a.takenAtMs - b.takenAtMs),
    ...(parentOf(current.parentId) === parent ? [null] : []),
  ];
  const add = (parent: SnapshotId | null, { level, indent, passing }: Pick<TreeRow, 'level' | 'indent' | 'passing'>): void => {
    const children = childrenOf(parent);
    const branches = children.length > 1 && parent !== null;
    const inner = branches ? indent + 1 : indent;
    for (const [index, snapshot] of children.entries()) {
      const beside = branches && index < children.length - 1 ? [...passing, indent] : passing;
      const goesOn = snapshot !== null && childrenOf(snapshot.id).length > 0;
      const from = parent === null ? 'nothing' : branches ? 'left' : 'above';
      rows.push({ snapshot, level, indent: inner, from, goesOn, passing: beside });
      if (snapshot !== null) add(snapshot.id, { level: level + 1, indent: inner, passing: beside });
    }
  };
  add(null, { level: 1, indent: 0, passing: [] });
  return rows;
}

export type SettingName = 'cpus' | 'memoryBytes' | 'disks' | 'ports' | 'hardware';

/** What a revert from the one to the other would change besides content. */
export function settingDifferences(one: SnapshotSettings, other: SnapshotSettings): SettingName[] {
  const disks = ({ disks: all }: SnapshotSettings) => all.map(({ id, bus, sizeBytes }) => [id, bus, sizeBytes]);
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const names: SettingName[] = [];
  if (one.cpus !== other.cpus) names.push('cpus');
  if (one.memoryBytes !== other.memoryBytes) names.push('memoryBytes');
  if (!same(disks(one), disks(other))) names.push('disks');
  if (!same(one.ports, other.ports)) names.push('ports');
  if (!same(one.hardware, other.hardware)) names.push('hardware');
  return names;
}
