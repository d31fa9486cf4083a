import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import type { MachineId, PortForward, VmDisk } from '../../../contract/index.ts';
import { AppError, type Clock } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import type { CloneRequest, CopiesFacet } from '../../copies.ts';
import type { SnapshotsFacet } from '../../snapshots.ts';
import { readVmArchive, writeVmArchive } from '../archive/vm-archive.ts';
import type { Definition } from '../definition.ts';
import { bringStateBack, type KeptFiles, stateOf } from '../kept-state.ts';
import { readBook, recordOf } from '../snapshots/book.ts';
import { imageOf } from '../snapshots/disks.ts';
import { createOverlay } from '../snapshots/overlays.ts';
import type { VmRegistry } from '../virtual-machines.ts';
import type { Vm } from '../vm.ts';
import { diskPath } from '../vm-files.ts';
import { copiedDefinition, copiedDisk, freeName, importedDefinition } from './copied-definition.ts';
import { copyDisks } from './disk-copies.ts';

const CLEAN_UP_MS = 30_000;

export interface CopiesOptions {
  host: Host;
  clock: Clock;
  vms: VmRegistry;
  snapshots: SnapshotsFacet;
}

export function createCopiesFacet(of: CopiesOptions): CopiesFacet {
  const { host, clock, vms, snapshots } = of;

  /** A machine that is `creating` until `fill` has given it what it is made of; when that fails, it is gone. */
  async function make(fill: (start: (definition: Definition) => Promise<Vm>) => Promise<Vm>, signal: AbortSignal): Promise<MachineId> {
    const made: Vm[] = [];
    const start = async (definition: Definition): Promise<Vm> => {
      refuseTaken(definition.name);
      const vm = vms.add(randomBytes(6).toString('hex'));
      made.push(vm);
      await vm.save(definition, signal);
      return vm;
    };
    try {
      const vm = await fill(start);
      signal.throwIfAborted();
      await vm.save({ ...vm.definition, finished: true }, signal);
      vm.setCreating(null);
      return vm.machine.id;
    } catch (error) {
      for (const vm of made) {
        await vm.remove(AbortSignal.timeout(CLEAN_UP_MS));
        await vms.forget(vm);
      }
      throw error;
    }
  }

  function refuseTaken(name: string): void {
    if (vms.names().includes(name)) throw new AppError('nameTaken', { name });
  }

  /**
   * @param of.fill makes the files of `of.disks` in the machine's folder
   * @param of.kept what it keeps beside them, in the source's folder
   */
  async function copy(
    source: Vm,
    of: { name: string; disks: readonly VmDisk[]; kept: KeptFiles; fill: (vm: Vm) => Promise<void> },
    signal: AbortSignal,
  ): Promise<MachineId> {
    const ports = await newPorts(source.definition.ports, signal);
    const definition = copiedDefinition(source.definition, { name: of.name, createdAtMs: clock.now(), ports });
    return await make(async (start) => {
      const vm = await start(definition);
      await of.fill(vm);
      await bringStateBack(host, { kept: of.kept, from: source.files.folder, to: vm.files }, signal);
      await vm.save({ ...definition, disks: of.disks.map(copiedDisk) }, signal);
      return vm;
    }, signal);
  }

  async function cloneWhole(source: Vm, { name, onProgress }: CloneRequest, signal: AbortSignal): Promise<MachineId> {
    return await source.exclusively('clone', async () => {
      const { disks } = source.definition;
      const fill = async (vm: Vm) => {
        const copies = disks.map((disk) => ({ disk, path: diskPath(vm.files, copiedDisk(disk)) }));
        const told = (progress: number) => {
          vm.setCreating({ progress });
          onProgress(progress);
        };
        await copyDisks({ host, clock, vm: source, copies, compressed: false, onProgress: told }, signal);
      };
      return await copy(source, { name, disks, kept: await stateOf(host, source.files, signal), fill }, signal);
    });
  }

  /** On the files of a snapshot, which never change. */
  async function cloneLinked(source: Vm, { name }: CloneRequest, signal: AbortSignal): Promise<MachineId> {
    const { id } = source.machine;
    const { snapshotId: before } = source.definition;
    const isNew = before === null || (await snapshots.hasChanged(id, signal));
    const request = { name, description: '', withMemory: false, automatic: false };
    const snapshot = isNew ? await snapshots.take(id, request, () => {}, signal) : before;
    try {
      return await source.exclusively('clone', async () => {
        const record = recordOf(await readBook(host, source.files, signal), snapshot);
        const { disks } = record.definition;
        const fill = async (vm: Vm) => {
          for (const disk of disks) {
            await createOverlay(host, { path: diskPath(vm.files, copiedDisk(disk)), base: imageOf(source, disk) }, signal);
          }
        };
        return await copy(source, { name, disks, kept: record, fill }, signal);
      });
    } catch (error) {
      if (isNew) await snapshots.delete(id, snapshot, () => {}, AbortSignal.timeout(CLEAN_UP_MS));
      throw error;
    }
  }

  /** Two machines cannot listen on one port of the host. */
  async function newPorts(ports: readonly PortForward[], signal: AbortSignal): Promise<PortForward[]> {
    const found: PortForward[] = [];
    for (const port of ports) {
      const from = Math.max(port.hostPort, ...found.map(({ hostPort }) => hostPort)) + 1;
      found.push({ ...port, hostPort: await host.freePort(Math.min(from, 65_535), signal) });
    }
    return found;
  }

  return {
    async clone(id, request, signal) {
      const source = vms.get(id);
      const { name } = source.machine;
      if (!source.isFinished) throw new AppError('diskUnfinished', { name });
      refuseTaken(request.name);
      return await (request.linked ? cloneLinked(source, request, signal) : cloneWhole(source, request, signal));
    },

    async *export(id, onProgress, signal) {
      const vm = vms.get(id);
      // Held by hand: what is read decides how long it takes.
      const held = Promise.withResolvers<void>();
      const entered = Promise.withResolvers<void>();
      const whole = vm.exclusively('export', async () => {
        entered.resolve();
        await held.promise;
      });
      const folder = posix.join(vm.files.folder, 'export');
      try {
        await Promise.race([entered.promise, whole]);
        await host.remove(folder, signal);
        await host.makeFolder(folder, signal);
        yield* writeVmArchive({ host, clock, vm, folder, onProgress }, signal);
      } finally {
        await host.remove(folder, AbortSignal.timeout(CLEAN_UP_MS)).finally(() => held.resolve());
        await whole.catch(() => {});
      }
    },

    async import(bytes, { name }, signal) {
      return await make(async (start) => {
        const begin = (definition: Definition) =>
          start(importedDefinition(definition, { name: name ?? freeName(definition.name, vms.names()), createdAtMs: clock.now() }));
        return await readVmArchive({ host, bytes, start: begin }, signal);
      }, signal);
    },
  };
}
