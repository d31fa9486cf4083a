import type { Clock } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import type { Connection } from '../connection.ts';
import type { Definition } from '../definition.ts';
import type { Vm } from '../vm.ts';
import { type Book, readBook } from './book.ts';
import { freezeTargets, imageOf, overlaysOn, ownFiles, writable } from './disks.ts';
import { settle } from './memory.ts';
import { cancelJobs, diskNode, freeze } from './nodes.ts';
import { backingOf, newMark } from './overlays.ts';

/**
 * What a crash of ours cut off is brought to one of its ends, when the machine is found again: a snapshot that is written
 * down is taken, a suspension that is written down is done, all else has not been.
 */
export async function recover(vm: Vm, { host, clock }: { host: Host; clock: Clock }, signal: AbortSignal): Promise<Book> {
  const book = await readBook(host, vm.files, signal);
  // Its guest stands still before or after its memory: it did not run since.
  if (vm.definition.saved !== null) await vm.cutOff(signal);
  await leaveFrozenFiles(vm, { host, book }, signal);
  const { connection } = vm;
  if (connection !== null) {
    await cancelJobs(connection.qmp, clock);
    await tellQemu(vm, { host, connection }, signal);
    await settle(connection.qmp, { clock, paused: vm.isPaused });
  }
  const { snapshotId } = vm.definition;
  if (snapshotId !== null && !book.snapshots.some(({ id }) => id === snapshotId)) {
    await vm.save({ ...vm.definition, snapshotId: await placeOf(vm, { host, book }, signal) }, signal);
  }
  return book;
}

/** It writes to files that a snapshot has: from now on to others. */
async function leaveFrozenFiles(vm: Vm, { host, book }: { host: Host; book: Book }, signal: AbortSignal): Promise<void> {
  const owner = ownerOf(book, vm.definition);
  if (owner === null) return;
  const disks = await overlaysOn(host, { vm, disks: vm.definition.disks, mark: newMark() }, signal);
  await vm.save({ ...vm.definition, disks, snapshotId: owner.id }, signal);
}

function ownerOf({ snapshots }: Book, current: Definition): Book['snapshots'][number] | null {
  const own = new Set(writable(current).map(({ file }) => file));
  return snapshots.find((snapshot) => writable(snapshot.definition).some(({ file }) => own.has(file))) ?? null;
}

/** The overlays were made and written down, but QEMU did not hear of them. */
async function tellQemu(vm: Vm, { host, connection }: { host: Host; connection: Connection }, signal: AbortSignal): Promise<void> {
  const late = [];
  for (const disk of writable(vm.definition)) {
    const node = await diskNode(connection.qmp, disk.id, signal);
    const image = imageOf(vm, disk);
    if (node === null || node.path === image.path) continue;
    if ((await backingOf(host, image, signal))?.path === node.path) late.push(disk);
  }
  await freeze(connection.qmp, freezeTargets(vm, late), signal);
}

/** The snapshot that its first disk lies on. */
async function placeOf(vm: Vm, { host, book }: { host: Host; book: Book }, signal: AbortSignal): Promise<Definition['snapshotId']> {
  const [first] = await ownFiles(host, vm, signal);
  let name = first?.backing ?? null;
  while (name !== null) {
    const found = book.snapshots.find(({ definition }) => definition.disks.some(({ file }) => file === name));
    if (found !== undefined) return found.id;
    name = book.files.find((file) => file.name === name)?.backing ?? null;
  }
  return null;
}
