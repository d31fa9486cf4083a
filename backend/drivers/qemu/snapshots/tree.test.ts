import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SnapshotId, snapshotId } from '../../../contract/index.ts';
import {
  type FrozenFile,
  type Removal,
  removalsOf,
  type SnapshotNode,
  type Tree,
  withoutFile,
  withoutSnapshot,
  withSnapshot,
} from './tree.ts';

const id = (n: number): SnapshotId => snapshotId.parse(n.toString(16).padStart(12, '0'));
const EMPTY: Tree = { snapshots: [], files: [] };
type Blocks = ReadonlyMap<number, number>;

/** A machine whose disks are maps of blocks: all that qemu-img and QEMU do to files, on paper. */
class PaperMachine {
  tree: Tree = EMPTY;
  parentId: SnapshotId | null = null;
  own: FrozenFile[];
  readonly contents = new Map<string, Map<number, number>>();
  /** What each snapshot must read as, for ever: one map for each disk. */
  readonly expected = new Map<SnapshotId, Blocks[]>();
  #names = 0;

  constructor(disks: number) {
    this.own = Array.from({ length: disks }, () => this.#create(null));
  }

  write(disk: number, block: number, value: number): void {
    const file = this.own[disk % this.own.length];
    if (file !== undefined) this.contents.get(file.name)?.set(block, value);
  }

  take(): void {
    const node: SnapshotNode = {
      id: id(++this.#names),
      parentId: this.parentId,
      definition: { disks: this.own.map(({ name }) => ({ file: name })) },
    };
    this.expected.set(
      node.id,
      this.own.map(({ name }) => this.read(name)),
    );
    this.tree = withSnapshot(this.tree, node, this.own);
    this.#standOn(node);
  }

  revert(index: number): void {
    const node = this.#pick(index);
    if (node === undefined) return;
    const before = this.own;
    this.#standOn(node);
    for (const { name } of before) this.contents.delete(name);
    this.collect();
  }

  delete(index: number): void {
    const node = this.#pick(index);
    if (node === undefined) return;
    const planned = removalsOf(withoutSnapshot(this.tree, node.id), this.own);
    if (this.parentId === node.id) this.parentId = node.parentId;
    this.tree = withoutSnapshot(this.tree, node.id);
    this.expected.delete(node.id);
    expect(this.collect()).toEqual(planned);
  }

  collect(): Removal[] {
    const removals = removalsOf(this.tree, this.own);
    for (const next of removals) {
      const into = next.into === null ? undefined : this.contents.get(next.into);
      for (const [block, value] of this.contents.get(next.file) ?? []) if (into?.has(block) === false) into.set(block, value);
      this.contents.delete(next.file);
      this.own = withoutFile(this.own, this.tree.files, next);
      this.tree = { ...this.tree, files: withoutFile(this.tree.files, this.tree.files, next) };
    }
    return removals;
  }

  read(name: string): Blocks {
    const file = [...this.own, ...this.tree.files].find((one) => one.name === name);
    const below = file?.backing == null ? [] : this.read(file.backing);
    return new Map([...below, ...(this.contents.get(name) ?? [])]);
  }

  #standOn(node: SnapshotNode): void {
    this.parentId = node.id;
    this.own = node.definition.disks.map(({ file }) => this.#create(file));
  }

  #create(backing: string | null): FrozenFile {
    const name = `f${++this.#names}`;
    this.contents.set(name, new Map());
    return { name, format: 'qcow2', backing };
  }

  #pick(index: number): SnapshotNode | undefined {
    return this.tree.snapshots[index % Math.max(1, this.tree.snapshots.length)];
  }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), disk: fc.nat(2), block: fc.nat(5), value: fc.nat(99) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('take' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('revert' as const), index: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), index: fc.nat(9) }) },
);

test('whatever is taken, reverted and deleted: every snapshot that is left reads as it was taken, and no file is kept in vain', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), fc.array(step, { maxLength: 40 }), (disks, steps) => {
      const machine = new PaperMachine(disks);
      for (const one of steps) {
        const before = machine.own.map(({ name }) => machine.read(name));
        if (one.do === 'write') machine.write(one.disk, one.block, one.value);
        else if (one.do === 'take') machine.take();
        else if (one.do === 'revert') machine.revert(one.index);
        else machine.delete(one.index);
        // Taking and deleting are not seen by the machine.
        if (one.do === 'take' || one.do === 'delete') expect(machine.own.map(({ name }) => machine.read(name))).toEqual(before);
        for (const node of machine.tree.snapshots) {
          expect(node.definition.disks.map(({ file }) => machine.read(file))).toEqual(machine.expected.get(node.id));
          expect(node.parentId === null || machine.expected.has(node.parentId)).toBe(true);
        }
        const named = [...machine.tree.files, ...machine.own].map(({ name }) => name).sort();
        expect([...machine.contents.keys()].sort()).toEqual(named);
        const branchings = machine.tree.files.filter(
          ({ name }) => !machine.tree.snapshots.some((node) => node.definition.disks.some(({ file }) => file === name)),
        );
        for (const { name } of branchings) {
          expect([...machine.tree.files, ...machine.own].filter(({ backing }) => backing === name).length).toBeGreaterThan(1);
        }
      }
    }),
  );
});

test('the whole tree can go: then the machine is one file again', () => {
  const machine = new PaperMachine(1);
  for (const value of [1, 2, 3, 4]) {
    machine.write(0, value, value);
    machine.take();
  }
  machine.revert(1);
  machine.write(0, 9, 9);
  while (machine.tree.snapshots.length > 0) machine.delete(0);
  expect(machine.tree.files).toEqual([]);
  expect(machine.own).toMatchObject([{ backing: null }]);
  expect(machine.read(machine.own[0]?.name ?? '')).toEqual(
    new Map([
      [1, 1],
      [2, 2],
      [9, 9],
    ]),
  );
});

test('a file that another machine is built upon stays, though no snapshot has it any more', () => {
  const machine = new PaperMachine(1);
  machine.take();
  const [snapshot] = machine.tree.snapshots;
  if (snapshot === undefined) throw new Error('one was taken');
  const [file = ''] = machine.tree.files.map(({ name }) => name);
  const left = withoutSnapshot(machine.tree, snapshot.id);
  expect(removalsOf(left, machine.own, new Set([file]))).toEqual([]);
  expect(removalsOf(left, machine.own)).toMatchObject([{ file }]);
});

test('a file that two branches lie on stays until there is one', () => {
  const machine = new PaperMachine(1);
  machine.take();
  machine.take();
  machine.revert(0);
  const [base, leaf] = machine.tree.snapshots;
  if (base === undefined || leaf === undefined) throw new Error('two were taken');
  expect(removalsOf(withoutSnapshot(machine.tree, base.id), machine.own)).toEqual([]);
  machine.delete(0);
  expect(machine.tree.files.map(({ name }) => name)).toContain(base.definition.disks[0]?.file);
  machine.delete(0);
  expect(machine.tree.files).toEqual([]);
});
