import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import type { DiskAction, DiskFormat, MachineId, VmDisk } from '../../../contract/index.ts';
import { AppError } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import type { DiskPlace, DisksFacet } from '../../disks.ts';
import {
  bringImage,
  changeFormat,
  checkImage,
  compactImage,
  convertImage,
  createImage,
  flattenImage,
  growImage,
  type ImageFile,
  imageChain,
  imageInfo,
  lockedInfo,
  repairImage,
  sweepUnfinished,
} from '../disk-images/index.ts';
import { portOf } from '../hot-plug.ts';
import { namedFiles, readBook } from '../snapshots/book.ts';
import type { Vm } from '../vm.ts';
import { diskPath } from '../vm-files.ts';
import { addRefusal, detachedFile, freeDiskId } from './data-disks.ts';
import { describeDisks, refusalsOf, unrepairedPath } from './describe.ts';
import { exportedDisk } from './exported.ts';
import { growLive, plug, trim, unplug } from './live.ts';

const CLEAN_UP_MS = 30_000;

export function createDisks(of: { host: Host; vm: (id: MachineId) => Vm }): DisksFacet {
  const { host } = of;
  /** Files that somebody is taking away. */
  const exported = new Set<string>();

  /** The disk, when the action is possible now; the work has the machine's disks for itself. */
  async function perform<Result>(
    { machineId, diskId }: DiskPlace,
    action: DiskAction | null,
    work: (vm: Vm, disk: VmDisk, image: ImageFile) => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    const vm = of.vm(machineId);
    return await vm.exclusively(`${action ?? 'repair'}Disk`, async () => {
      const { disks } = vm.definition;
      const disk = disks.find(({ id }) => id === diskId);
      if (disk === undefined) throw new AppError('diskMissing', { disk: diskId });
      const image = { path: diskPath(vm.files, disk), format: disk.format };
      if (vm.connection === null) await sweepUnfinished(host, { folder: vm.files.folder, except: exported }, signal);
      if (action !== null) await refuse(vm, { disk, image, isRoot: disk === disks[0], action }, signal);
      return await work(vm, disk, image);
    });
  }

  async function refuse(vm: Vm, of: { disk: VmDisk; image: ImageFile; isRoot: boolean; action: DiskAction }, signal: AbortSignal) {
    // A disk that is checked or repaired may be one whose chain cannot be read.
    const chain = await imageChain(host, of.image, signal).catch(() => []);
    const refusal = refusalsOf(vm, { ...of, chain, problem: null })[of.action];
    if (refusal !== undefined) throw new AppError(refusal.reason, refusal.params);
  }

  const replace = async (vm: Vm, disk: VmDisk, changes: Partial<VmDisk>, signal: AbortSignal) => {
    const disks = vm.definition.disks.map((one) => (one.id === disk.id ? { ...one, ...changes } : one));
    await vm.save({ ...vm.definition, disks }, signal);
  };

  async function allocated(image: ImageFile, signal: AbortSignal): Promise<number> {
    return (await imageInfo(host, image, signal)).allocatedBytes;
  }

  return {
    list: async (id, signal) => await describeDisks(host, of.vm(id), signal),

    grow: async (place, signal) =>
      await perform(
        place,
        'grow',
        async (vm, disk, image) => {
          const { sizeBytes } = place;
          if (sizeBytes < disk.sizeBytes) throw new AppError('diskShrink', { sizeMiB: Math.ceil(disk.sizeBytes / 1024 ** 2) });
          const { connection } = vm;
          if (connection === null) await growImage(host, { ...image, virtualBytes: sizeBytes }, signal);
          else await growLive(vm, { disk, sizeBytes }, signal);
          await replace(vm, disk, { sizeBytes }, signal);
          if (vm.isSystem) return { filesystem: 'byHand' };
          if (connection?.agent == null) return { filesystem: 'atStart' };
          await connection.agent.fillDisk(signal);
          return { filesystem: 'grown' };
        },
        signal,
      ),

    compact: async (place, signal) =>
      await perform(
        place,
        'compact',
        async (vm, _disk, image) => {
          if (vm.connection === null) return await compactImage(host, { ...image, onProgress: place.onProgress }, signal);
          const beforeBytes = await allocated(image, signal);
          await trim(vm, signal);
          return { beforeBytes, afterBytes: await allocated(image, signal) };
        },
        signal,
      ),

    check: async (place, signal) =>
      await perform(place, 'check', async (_vm, _disk, image) => await checkImage(host, image, signal), signal),

    repair: async (place, signal) =>
      await perform(
        place,
        'repair',
        async (vm, disk, image) => await repairImage(host, { ...image, keptPath: unrepairedPath(vm, disk) }, signal),
        signal,
      ),

    settleRepair: async (place, signal) =>
      await perform(
        place,
        null,
        async (vm, disk, image) => {
          const kept = unrepairedPath(vm, disk);
          if ((await host.stat(kept, signal)) === null) throw new AppError('fileMissing', { path: kept });
          if (place.keep === 'repaired') return await host.remove(kept, signal);
          if (vm.connection !== null) throw new AppError('diskNeedsStop', { name: vm.machine.name });
          await host.rename(kept, image.path, signal);
        },
        signal,
      ),

    convert: async (place, signal) =>
      await perform(
        place,
        'convert',
        async (vm, disk, image) => {
          const { format } = place;
          if (format === disk.format) return;
          const file = await freeName(vm, { disk, format }, signal);
          await changeFormat(
            host,
            { from: image, to: { path: posix.join(vm.files.folder, file), format }, onProgress: place.onProgress },
            signal,
          );
          await replace(vm, disk, { file, format }, signal);
          const cleanUp = AbortSignal.timeout(CLEAN_UP_MS);
          if (!namedFiles(await readBook(host, vm.files, cleanUp), vm.definition).has(disk.file)) await host.remove(image.path, cleanUp);
        },
        signal,
      ),

    flatten: async (place, signal) =>
      await perform(
        place,
        'flatten',
        async (_vm, _disk, image) => await flattenImage(host, { ...image, onProgress: place.onProgress }, signal),
        signal,
      ),

    export: async (place, signal) =>
      await perform(
        place,
        'export',
        async (vm, disk, image) => {
          const { format, compressed, onProgress } = place;
          const file = exportedDisk(host, { folder: vm.files.folder, name: `${vm.machine.name}-${disk.id}.${format}`, files: exported });
          try {
            await convertImage(host, { from: image, to: file.path, format, compressed, onProgress }, signal);
            const found = await host.stat(file.path, signal);
            return { ...file, sizeBytes: found?.sizeBytes ?? 0 };
          } catch (error) {
            await file[Symbol.asyncDispose]();
            throw error;
          }
        },
        signal,
      ),

    async add({ machineId, from, onProgress }, signal) {
      const vm = of.vm(machineId);
      return await vm.exclusively('addDisk', async () => {
        const refusal = addRefusal(vm.definition);
        if (refusal !== null) throw refusal;
        const files = (await host.listFolder(vm.files.folder, signal)) ?? [];
        const { id, format } =
          from.type === 'detached'
            ? detachedFile(from.file)
            : { id: freeDiskId(vm.definition.disks, files), format: 'qcow2' as DiskFormat };
        const file = `${id}.${format}`;
        const path = posix.join(vm.files.folder, file);
        if (from.type === 'blank') await createImage(host, { path, format, virtualBytes: from.sizeBytes }, signal);
        if (from.type === 'image') await bringImage(host, { from, to: { path, format }, onProgress }, signal);
        const { virtualBytes } = await lockedInfo(host, { path, format }, signal);
        const disk: VmDisk = { id, file, format, bus: 'virtio', sizeBytes: virtualBytes, writable: true };
        const isLive = vm.connection !== null && portOf(vm.definition, disk) !== null;
        if (isLive) await plug(vm, disk, signal);
        await vm.save({ ...vm.definition, disks: [...vm.definition.disks, disk] }, signal);
        return { takesEffect: isLive ? 'now' : 'atStart' };
      });
    },

    detach: async (place, signal) =>
      await perform(
        place,
        'detach',
        async (vm, disk) => {
          const isGone = vm.connection === null || (portOf(vm.definition, disk) !== null && (await unplug(vm, disk, signal)));
          await vm.save({ ...vm.definition, disks: vm.definition.disks.filter(({ id }) => id !== disk.id) }, signal);
          return { takesEffect: isGone ? 'now' : 'atStart' };
        },
        signal,
      ),

    async deleteFile({ machineId, file }, signal) {
      const vm = of.vm(machineId);
      await vm.exclusively('deleteDisk', async () => {
        const { format } = detachedFile(file);
        const path = posix.join(vm.files.folder, file);
        const { disks } = vm.definition;
        const named = namedFiles(await readBook(host, vm.files, signal), vm.definition);
        if (named.has(file) && !disks.some((disk) => disk.file === file)) throw new AppError('diskHasSnapshots', { path: file, count: 1 });
        const chains = await Promise.all(
          disks.map((disk) => imageChain(host, { path: diskPath(vm.files, disk), format: disk.format }, signal)),
        );
        if (chains.flat().some((image) => image.path === path)) throw new AppError('diskInUse', { path, owner: vm.machine.name });
        // A machine whose guest did not let go of it still has it open.
        await lockedInfo(host, { path, format }, signal);
        await host.remove(path, signal);
      });
    },
  };

  async function freeName(vm: Vm, { disk, format }: { disk: VmDisk; format: DiskFormat }, signal: AbortSignal): Promise<string> {
    const files = (await host.listFolder(vm.files.folder, signal)) ?? [];
    const base = disk.file.replace(/\.(?:qcow2|raw)$/, '');
    const name = `${base}.${format}`;
    return files.includes(name) ? `${disk.id}-${randomBytes(4).toString('hex')}.${format}` : name;
  }
}
