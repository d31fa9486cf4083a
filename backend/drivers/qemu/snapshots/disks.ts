import { posix } from 'node:path';
import type { VmDisk } from '../../../contract/index.ts';
import type { Host } from '../../../hosts/host.ts';
import type { Definition } from '../definition.ts';
import type { ImageFile } from '../disk-images/index.ts';
import type { Vm } from '../vm.ts';
import { diskPath } from '../vm-files.ts';
import { createOverlay, frozen } from './overlays.ts';
import type { FrozenFile } from './tree.ts';

/** Those that a snapshot freezes; what is never written needs no freezing. */
export function writable({ disks }: Pick<Definition, 'disks'>): VmDisk[] {
  return disks.filter((disk) => disk.writable);
}

export function imageOf(vm: Vm, disk: Pick<VmDisk, 'file' | 'format'>): ImageFile {
  return { path: diskPath(vm.files, disk), format: disk.format };
}

/** The files that the machine writes to, with what they lie on. */
export async function ownFiles(host: Host, vm: Vm, signal: AbortSignal): Promise<FrozenFile[]> {
  return await Promise.all(writable(vm.definition).map((disk) => frozen(host, imageOf(vm, disk), signal)));
}

/** The same disks, each in a new file on its old one. */
export async function overlaysOn(
  host: Host,
  of: { vm: Vm; disks: readonly VmDisk[]; mark: string },
  signal: AbortSignal,
): Promise<VmDisk[]> {
  const { vm, mark } = of;
  const disks: VmDisk[] = [];
  for (const disk of of.disks) {
    if (disk.writable) {
      const next: VmDisk = { ...disk, file: `snap-${disk.id}-${mark}.qcow2`, format: 'qcow2' };
      await createOverlay(host, { path: diskPath(vm.files, next), base: imageOf(vm, disk) }, signal);
      disks.push(next);
    } else if ((await host.stat(diskPath(vm.files, disk), signal)) !== null) disks.push(disk);
  }
  return disks;
}

/** For QEMU, which is told to go on in these files. Node names hold 31 characters. */
export function freezeTargets(vm: Vm, disks: readonly VmDisk[]): { diskId: string; path: string; nodeName: string }[] {
  return disks
    .filter((disk) => disk.writable)
    .map((disk, index) => ({ diskId: disk.id, path: diskPath(vm.files, disk), nodeName: nodeName(disk, index) }));
}

function nodeName({ file }: VmDisk, index: number): string {
  const [mark = ''] = /[0-9a-f]{12}(?=\.qcow2$)/.exec(posix.basename(file)) ?? [];
  return `snap${index}-${mark}`;
}
