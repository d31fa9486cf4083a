import { posix } from 'node:path';
import {
  type DetachedDisk,
  type DiskAction,
  type DiskLayer,
  type MachineDisk,
  type MachineDisks,
  type Problem,
  toProblem,
  type VmDisk,
} from '../../../contract/index.ts';
import { AppError, toAppError } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import { type DiskImage, imageChain, imageInfo } from '../disk-images/index.ts';
import { type FileUsers, fileUsers } from '../file-users.ts';
import { portOf } from '../hot-plug.ts';
import { namedFiles, readBook } from '../snapshots/book.ts';
import type { Vm } from '../vm.ts';
import { diskPath } from '../vm-files.ts';
import { addRefusal, DATA_FILE } from './data-disks.ts';

/** Beside a repaired disk: its file as it was before. */
export const unrepairedPath = (vm: Vm, disk: Pick<VmDisk, 'file'>): string => `${diskPath(vm.files, disk)}.unrepaired`;

/** All that is known of a machine's disks, and what can be done with each now. */
export async function describeDisks(host: Host, vm: Vm, signal: AbortSignal): Promise<MachineDisks> {
  const users = await fileUsers(host, vm.files.folder, signal);
  const disks: MachineDisk[] = [];
  for (const [index, disk] of vm.definition.disks.entries()) {
    disks.push(await describeDisk(host, { vm, disk, isRoot: index === 0, users }, signal));
  }
  return {
    disks,
    detached: await findDetached(host, { vm, disks }, signal),
    folder: vm.files.folder,
    freeBytes: await freeBytes(host, vm.files.folder, signal),
    addRefusal: addRefusal(vm.definition)?.problem ?? null,
  };
}

async function describeDisk(
  host: Host,
  of: { vm: Vm; disk: VmDisk; isRoot: boolean; users: FileUsers },
  signal: AbortSignal,
): Promise<MachineDisk> {
  const { vm, disk } = of;
  const path = diskPath(vm.files, disk);
  let chain: DiskImage[] = [];
  let problem: Problem | null = null;
  try {
    chain = await imageChain(host, { path, format: disk.format }, signal);
  } catch (error) {
    problem = problemOf(error);
  }
  const kept = await host.stat(unrepairedPath(vm, disk), signal);
  return {
    ...disk,
    isRoot: of.isRoot,
    hotPluggable: portOf(vm.definition, disk) !== null,
    chain: chain.map((image) => toLayer(image, of.users)),
    problem,
    unrepaired: kept === null ? null : { allocatedBytes: await allocatedBytes(host, unrepairedPath(vm, disk), signal) },
    refusals: refusalsOf(vm, { ...of, chain, problem }),
  };
}

function toLayer({ path, format, virtualBytes, allocatedBytes }: DiskImage, users: FileUsers): DiskLayer {
  return { path, format, virtualBytes, allocatedBytes, sharedWith: [...(users.get(path) ?? [])] };
}

/** What needs the disk's file for itself. */
const ALONE: readonly DiskAction[] = ['check', 'repair', 'convert', 'flatten', 'export'];

/** What memory that waits to be loaded would find changed. */
const CHANGES: readonly DiskAction[] = ['grow', 'repair', 'convert', 'detach'];

export function refusalsOf(
  vm: Vm,
  of: { disk: VmDisk; isRoot: boolean; chain: readonly Pick<DiskImage, 'path'>[]; problem: Problem | null },
): Partial<Record<DiskAction, Problem>> {
  const { disk, isRoot, chain, problem } = of;
  const { name } = vm.machine;
  const refusals: Partial<Record<DiskAction, Problem>> = {};
  const refuse = (action: DiskAction, why: Problem) => {
    refusals[action] ??= why;
  };
  if (vm.connection !== null) for (const action of ALONE) refuse(action, toProblem('diskNeedsStop', { name }));
  if (vm.definition.saved !== null) for (const action of CHANGES) refuse(action, toProblem('diskSuspended', { name }));
  if (problem !== null) for (const action of ['grow', 'compact', 'convert', 'flatten', 'export'] as const) refuse(action, problem);
  if (disk.format === 'raw') {
    for (const action of ['check', 'repair'] as const) refuse(action, toProblem('diskUncheckable', { path: disk.file }));
  }
  if (chain.length <= 1) refuse('flatten', toProblem('diskStandsAlone', { disk: disk.id }));
  if (isRoot) refuse('detach', toProblem('diskIsRoot', { name }));
  const isOwn = (path: string) => posix.dirname(path) === vm.files.folder;
  if (chain.slice(1).some(({ path }) => isOwn(path)))
    refuse('detach', toProblem('diskHasSnapshots', { path: disk.file, count: chain.length - 1 }));
  return refusals;
}

async function findDetached(host: Host, of: { vm: Vm; disks: readonly MachineDisk[] }, signal: AbortSignal): Promise<DetachedDisk[]> {
  const { folder } = of.vm.files;
  const kept = namedFiles(await readBook(host, of.vm.files, signal), of.vm.definition);
  const inUse = new Set(of.disks.flatMap(({ file, chain }) => [file, ...chain.map(({ path }) => posix.basename(path))]));
  const detached: DetachedDisk[] = [];
  for (const file of (await host.listFolder(folder, signal)) ?? []) {
    const [, id, ending] = DATA_FILE.exec(file) ?? [];
    if (id === undefined || inUse.has(file) || kept.has(file)) continue;
    const format = ending === 'raw' ? 'raw' : 'qcow2';
    const image = await imageInfo(host, { path: posix.join(folder, file), format }, signal).catch(() => null);
    detached.push({ id, file, format, virtualBytes: image?.virtualBytes ?? 0, allocatedBytes: image?.allocatedBytes ?? 0 });
  }
  return detached;
}

export async function freeBytes(host: Host, folder: string, signal: AbortSignal): Promise<number | null> {
  const { stdout } = await host.exec(['df', '-P', '-k', folder], {}, signal);
  const kib = Number(stdout.toString().trim().split('\n').at(-1)?.split(/\s+/)[3]);
  return Number.isFinite(kib) ? kib * 1024 : null;
}

/** A damaged image cannot be asked by qemu-img. */
async function allocatedBytes(host: Host, path: string, signal: AbortSignal): Promise<number> {
  const { stdout } = await host.exec(['du', '-k', '--', path], {}, signal);
  return (Number(stdout.toString().split('\t')[0]) || 0) * 1024;
}

function problemOf(error: unknown): Problem {
  if (error instanceof AppError && error.code === 'cancelled') throw error;
  return toAppError(error).problem;
}
