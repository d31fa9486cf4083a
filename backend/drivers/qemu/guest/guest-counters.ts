import { z } from 'zod';
import type { Counters } from '../../driver.ts';
import type { Vm } from '../vm.ts';
import { portIsOpen } from './agent-of.ts';
import type { GuestAgent } from './guest-agent.ts';
import { readInterfaces } from './guest-commands.ts';
import { execInGuest, type GuestExecDeps } from './guest-exec.ts';

type Told = Pick<Counters, 'netReceiveBytes' | 'netSendBytes' | 'processes'>;

const NOTHING: Told = { netReceiveBytes: Number.NaN, netSendBytes: Number.NaN, processes: Number.NaN };
const ANSWER_MS = 3000;
/** One that did not answer is left alone for so long. */
const REST_MS = 30_000;
/** Counting them starts a program, which an emulated guest feels. */
const PROCESSES_EVERY_MS = 20_000;
const COUNT = 'set -- /proc/[0-9]*; echo $#';

/** What a system's agent adds to its numbers, as long as one answers; and its addresses, for the machine's row. */
export function guestCounters(vm: Vm, deps: Pick<GuestExecDeps, 'clock' | 'logger'>): (signal: AbortSignal) => Promise<Told> {
  const { clock } = deps;
  let restUntilMs = 0;
  let processes = Number.NaN;
  let processesDueMs = 0;

  async function ask(agent: GuestAgent, signal: AbortSignal): Promise<Told> {
    const interfaces = (await readInterfaces(agent, signal)).filter(({ name }) => name !== 'lo');
    vm.setAddresses(interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => address).filter(isGlobal)));
    if (clock.now() >= processesDueMs) {
      processesDueMs = clock.now() + PROCESSES_EVERY_MS;
      // A system that forbids programs, or has no shell, is only not counted.
      processes = await countProcesses({ ...deps, agent }, signal).catch(() => Number.NaN);
    }
    const sum = (values: (number | null)[]) => values.reduce<number>((total, value) => total + (value ?? Number.NaN), 0);
    const isKnown = interfaces.length > 0;
    return {
      netReceiveBytes: isKnown ? sum(interfaces.map((one) => one.receivedBytes)) : Number.NaN,
      netSendBytes: isKnown ? sum(interfaces.map((one) => one.sentBytes)) : Number.NaN,
      processes,
    };
  }

  return async (signal) => {
    const agent = vm.connection?.guestAgent;
    // A paused guest does not answer; a busy agent would be waited for, and the other numbers with it.
    if (agent === null || agent === undefined || vm.isPaused || agent.isBusy || clock.now() < restUntilMs) return NOTHING;
    try {
      if (!(await portIsOpen(vm, signal))) return NOTHING;
      return await ask(agent, AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]));
    } catch {
      restUntilMs = clock.now() + REST_MS;
      return NOTHING;
    }
  };
}

async function countProcesses(deps: GuestExecDeps, signal: AbortSignal): Promise<number> {
  const { output } = await execInGuest(deps, { argv: ['/bin/sh', '-c', COUNT] }, signal);
  // The shell itself is one of them.
  return z.coerce.number().int().min(1).max(4_194_304).parse(output.toString().trim()) - 1;
}

/** Not one that counts on one wire only: every interface gives itself such a one. */
function isGlobal(address: string): boolean {
  return !/^fe[89ab]/i.test(address) && !address.startsWith('169.254.');
}
