import type { MachineId } from '../../../contract/index.ts';
import { AppError, type Clock, type Logger } from '../../../core/index.ts';
import type { FilesFacet } from '../../files.ts';
import type { GuestFacet } from '../../guest.ts';
import type { ProcessesFacet } from '../../processes.ts';
import { createFileTree } from '../../shell-files/file-tree.ts';
import type { Vm } from '../vm.ts';
import { agentOf, initOf, portIsOpen } from './agent-of.ts';
import { diskFinder } from './disk-finder.ts';
import { addSshKeys, setPassword, shutDown, trim } from './guest-commands.ts';
import { execInGuest, type GuestExecDeps } from './guest-exec.ts';
import { guestProcesses, listGuestProcesses, signalByInit, signalGuestProcess } from './guest-processes.ts';
import { guestShell } from './guest-shell.ts';
import { readInitReport } from './init-report.ts';
import { emptyReport, readReport } from './report.ts';

export interface GuestDeps {
  vm(id: MachineId): Vm;
  clock: Clock;
  logger: Logger;
}

/** What of a driver's facets an agent inside the machine answers to. */
export function createGuest(deps: GuestDeps): { guest: GuestFacet; processes: ProcessesFacet; files: FilesFacet } {
  const { clock, logger } = deps;

  async function execIn(id: MachineId, action: string, signal: AbortSignal): Promise<GuestExecDeps> {
    return { agent: await agentOf(deps.vm(id), action, signal), clock, logger };
  }

  const guest: GuestFacet = {
    async report(id, signal) {
      const vm = deps.vm(id);
      const init = initOf(vm, 'report');
      if (init !== null) return readInitReport(await init.system(signal), clock.now());
      if (!(await portIsOpen(vm, signal))) return emptyReport('absent', clock.now());
      const agent = await agentOf(vm, 'report', signal);
      try {
        const pci = await vm.connection?.qmp.execute('query-pci', {}, signal);
        const findDisk = diskFinder({ disks: vm.definition.disks, pci });
        return await readReport(agent, { findDisk, readAtMs: clock.now() }, signal);
      } catch (error) {
        if (error instanceof AppError && error.reason === 'guestAgentSilent') return emptyReport('silent', clock.now());
        throw error;
      }
    },
    async exec({ id, command, input }, signal) {
      const given = input === '' ? {} : { input: Buffer.from(input) };
      const exit = await execInGuest(await execIn(id, 'exec', signal), { argv: command, ...given }, signal);
      return { ...exit, output: exit.output.toString('base64'), errors: exit.errors.toString('base64') };
    },
    trim: async (id, signal) => await trim(await agentOf(deps.vm(id), 'trim', signal), signal),
    setPassword: async ({ id, ...of }, signal) => await setPassword(await agentOf(deps.vm(id), 'setPassword', signal), of, signal),
    async addSshKey({ id, user, key }, signal) {
      await addSshKeys(await agentOf(deps.vm(id), 'addSshKey', signal), { user, keys: [key] }, signal);
    },
    reboot: async (id, signal) => await shutDown(await agentOf(deps.vm(id), 'reboot', signal), 'reboot', signal),
  };

  return {
    guest,
    processes: {
      async list(id, signal) {
        const init = initOf(deps.vm(id), 'processes');
        if (init !== null) return guestProcesses(await init.processes(signal), clock.now());
        return await listGuestProcesses(await execIn(id, 'processes', signal), clock.now(), signal);
      },
      async signal(request, signal) {
        const init = initOf(deps.vm(request.id), 'signal');
        if (init === null) return await signalGuestProcess(await execIn(request.id, 'signal', signal), request, signal);
        await signalByInit(init, request, signal);
      },
    },
    files: {
      open: async (id, signal) => createFileTree(guestShell(await execIn(id, 'files', signal)), () => {}),
    },
  };
}
