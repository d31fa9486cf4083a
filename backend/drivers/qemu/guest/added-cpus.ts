import { isAbort, messageOf } from '../../../core/index.ts';
import type { Vm } from '../vm.ts';
import { portIsOpen } from './agent-of.ts';
import { listCpus, switchOnCpus } from './guest-commands.ts';

/** A kernel finds a processor within a moment; under emulation, beside other work, that may take seconds. */
const FOUND_MS = 20_000;
const POLL_MS = 200;

/**
 * Adds processors, and has the guest's agent switch on those that its kernel finds: most systems leave them off. Without an agent
 * the system's own rules decide.
 */
export async function addAndSwitchOn(vm: Vm, of: { count: number; add: () => Promise<void> }, signal: AbortSignal): Promise<void> {
  const { clock, logger } = vm.context;
  const agent = vm.connection?.guestAgent ?? null;
  const isThere = agent !== null && !vm.isPaused && (await portIsOpen(vm, signal));
  // Those that somebody switched off stay off.
  const before = isThere ? await listCpus(agent, signal).catch(unlessAborted(signal)) : null;
  await of.add();
  if (agent === null || before == null) return;
  const known = new Set(before.map(({ id }) => id));
  try {
    for (let waitedMs = 0; waitedMs < FOUND_MS; waitedMs += POLL_MS) {
      const added = (await listCpus(agent, signal)).filter(({ id }) => !known.has(id));
      const off = added.filter(({ isOnline }) => !isOnline).map(({ id }) => id);
      if (off.length > 0) await switchOnCpus(agent, off, signal);
      if (added.length >= of.count) return;
      await clock.sleep(POLL_MS, signal);
    }
    logger.info('a guest did not find its new processors', { id: vm.id, count: of.count });
  } catch (error) {
    // They are added all the same.
    unlessAborted(signal)(error);
    logger.info('new processors were not switched on', { id: vm.id, error: messageOf(error) });
  }
}

function unlessAborted(signal: AbortSignal): (error: unknown) => null {
  return (error) => {
    if (isAbort(error) && signal.aborted) throw error;
    return null;
  };
}
