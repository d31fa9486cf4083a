import { expect, test } from 'vitest';
import { type Snapshot, type SnapshotTree, snapshotId } from '../../../backend/contract/index.ts';
import { settingDifferences, treeRows } from './tree-rows.ts';

const settings = { cpus: 1, memoryBytes: 1024, disks: [], ports: [], hardware: null };
const id = (n: number) => snapshotId.parse(n.toString(16).padStart(12, '0'));
const make = (n: number, parent: number | null): Snapshot => ({
  id: id(n),
  parentId: parent === null ? null : id(parent),
  name: `s${n}`,
  description: '',
  takenAtMs: n,
  automatic: false,
  disksBytes: 0,
  memoryBytes: null,
  settings,
});
const tree = (snapshots: Snapshot[], current: number | null): SnapshotTree => ({
  snapshots,
  current: { parentId: current === null ? null : id(current), disksBytes: 0, memoryBytes: null, settings },
  schedule: null,
  nextAtMs: null,
});
const drawn = (of: SnapshotTree) => treeRows(of).map(({ snapshot, level, indent }) => [snapshot?.name ?? 'here', level, indent]);

test('a line without branches stays straight', () => {
  expect(drawn(tree([make(1, null), make(2, 1), make(3, 2)], 3))).toEqual([
    ['s1', 1, 0],
    ['s2', 2, 0],
    ['s3', 3, 0],
    ['here', 4, 0],
  ]);
});

test('branches are indented below what they go out from, the machine’s place last', () => {
  expect(drawn(tree([make(1, null), make(2, 1), make(3, 2), make(4, 1)], 1))).toEqual([
    ['s1', 1, 0],
    ['s2', 2, 1],
    ['s3', 3, 1],
    ['s4', 2, 1],
    ['here', 2, 1],
  ]);
});

test('lines go straight down, off to branches, and past what lies between them', () => {
  const rows = treeRows(tree([make(1, null), make(2, 1), make(3, 2), make(4, 1), make(5, 4)], 1));
  expect(rows.map(({ snapshot, from, goesOn, passing }) => [snapshot?.name ?? 'here', from, goesOn, passing])).toEqual([
    ['s1', 'nothing', true, []],
    ['s2', 'left', true, [0]],
    ['s3', 'above', false, [0]],
    ['s4', 'left', true, [0]],
    ['s5', 'above', false, [0]],
    ['here', 'left', false, []],
  ]);
});

test('a parent that is not there counts as none; nothing is lost', () => {
  expect(drawn(tree([make(2, 1)], 7))).toEqual([
    ['s2', 1, 0],
    ['here', 1, 0],
  ]);
});

test('differences of settings name what differs, not how a disk’s file is called', () => {
  const disk = { id: 'root', file: 'a.qcow2', format: 'qcow2', bus: 'virtio', sizeBytes: 1, writable: true } as const;
  const one = { ...settings, disks: [disk] };
  expect(settingDifferences(one, { ...one, disks: [{ ...disk, file: 'b.qcow2' }] })).toEqual([]);
  expect(settingDifferences(one, { ...one, cpus: 2, disks: [{ ...disk, sizeBytes: 2 }] })).toEqual(['cpus', 'disks']);
});
