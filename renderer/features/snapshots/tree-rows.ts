import type { Snapshot, SnapshotId, SnapshotSettings, SnapshotTree } from '../../../backend/contract/index.ts';

/** A line of the drawn tree: a snapshot, or (null) where the machine is now. */
export interface TreeRow {
  snapshot: Snapshot | null;
  /** Counted from 1, as `aria-level` is. */
  level: number;
  /** How many branchings lie above: a line without branches stays straight, however long. */
  indent: number;
}

/** Parents before children, older children before younger ones, the machine's place after the snapshots of its parent. */
export function treeRows({ snapshots, current }: SnapshotTree): TreeRow[] {
  const known = new Set(snapshots.map(({ id }) => id));
  const parentOf = (id: SnapshotId | null) => (id !== null && known.has(id) ? id : null);
  const rows: TreeRow[] = [];
  const add = (parent: SnapshotId | null, level: number, indent: number): void => {
    const children: (Snapshot | null)[] = snapshots
      .filter(({ parentId }) => parentOf(parentId) === parent)
      .sort((a, b) => a.takenAtMs - b.takenAtMs);
    if (parentOf(current.parentId) === parent) children.push(null);
    const inner = children.length > 1 && parent !== null ? indent + 1 : indent;
    for (const snapshot of children) {
      rows.push({ snapshot, level, indent: inner });
      if (snapshot !== null) add(snapshot.id, level + 1, inner);
    }
  };
  add(null, 1, 0);
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
