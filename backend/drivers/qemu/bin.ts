import { posix } from 'node:path';
import type { BinnedVm, EngineId, MachineId } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { BinFacet } from '../bin.ts';
import { type BinMark, binFile, binMark } from './bin-mark.ts';
import { freeName } from './copies/copied-definition.ts';
import { fileUsers, refuseLinked, usersOfFolder } from './file-users.ts';
import { readText } from './process.ts';
import type { Vm } from './vm.ts';

export function createBinFacet(of: {
  host: Host;
  engineId: EngineId;
  vmsDir: string;
  /** Takes a machine over that lies in its folder again. */
  take: (id: string, signal: AbortSignal) => Promise<Vm>;
  names: () => string[];
}): BinFacet {
  const { host, engineId, vmsDir } = of;

  /** Null: it is not in the bin. */
  async function read(id: string, signal: AbortSignal): Promise<BinMark | null> {
    const text = await readText(host, binFile(posix.join(vmsDir, id)), signal);
    if (text === '') return null;
    try {
      return binMark.parse(JSON.parse(text));
    } catch {
      return { name: id, binnedAtMs: 0 };
    }
  }

  async function mustRead(id: string, signal: AbortSignal): Promise<BinMark> {
    const found = await read(id, signal);
    if (found === null) throw new AppError('machineMissing');
    return found;
  }

  return {
    async list(signal) {
      const found: BinnedVm[] = [];
      for (const id of (await host.listFolder(vmsDir, signal)) ?? []) {
        const binned = await read(id, signal);
        if (binned === null) continue;
        const folder = posix.join(vmsDir, id);
        found.push({ engineId, id, ...binned, sizeBytes: await sizeOf(folder, signal), usedBy: await usersOf(folder, signal) });
      }
      return found.sort((a, b) => b.binnedAtMs - a.binnedAtMs);
    },
    async restore(id, signal): Promise<MachineId> {
      await mustRead(id, signal);
      const taken = of.names();
      await host.remove(binFile(posix.join(vmsDir, id)), signal);
      const vm = await of.take(id, signal);
      const { name } = vm.machine;
      const free = freeName(name, taken);
      if (free !== name) await vm.save({ ...vm.definition, name: free }, signal);
      return vm.machine.id;
    },
    async remove(id, signal) {
      const { name } = await mustRead(id, signal);
      const folder = posix.join(vmsDir, id);
      refuseLinked({ name, users: await usersOf(folder, signal) });
      await host.remove(folder, signal);
    },
  };

  async function usersOf(folder: string, signal: AbortSignal): Promise<string[]> {
    return usersOfFolder(await fileUsers(host, folder, signal), folder);
  }

  /** Allocated blocks, as they come free. */
  async function sizeOf(folder: string, signal: AbortSignal): Promise<number> {
    const { stdout } = await host.exec(['du', '-s', '-B1', '--', folder], {}, signal);
    return Number.parseInt(stdout.toString(), 10) || 0;
  }
}
