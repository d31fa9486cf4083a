import { type Logger, messageOf } from '../../../core/index.ts';
import type { Vm } from '../vm.ts';
import { portIsOpen } from './agent-of.ts';
import { freeze, thaw } from './guest-commands.ts';

/** Nobody's programs should stand still for longer, and a thaw must not be given up early. */
const FREEZE_MS = 10_000;
const THAW_MS = 60_000;

/**
 * Does the work while nothing in the guest writes to its disks, where an agent can see to that: what lies on them is then whole, and
 * not as after a power cut. Without one, or when it refuses, the work is done all the same.
 */
export async function quiesced<Result>(vm: Vm, work: () => Promise<Result>, logger: Logger): Promise<Result> {
  const agent = vm.connection?.guestAgent;
  if (agent == null || vm.isPaused || !(await portIsOpen(vm, AbortSignal.timeout(FREEZE_MS)))) return await work();
  try {
    await freeze(agent, AbortSignal.timeout(FREEZE_MS)).catch((error: unknown) => {
      logger.info('the filesystems of a guest were not frozen', { id: vm.id, error: messageOf(error) });
    });
    return await work();
  } finally {
    // Also when the freeze failed: it may have got half-way, or be late.
    await thaw(agent, AbortSignal.timeout(THAW_MS)).catch((error: unknown) => {
      logger.warn('the filesystems of a guest were not thawed', { id: vm.id, error: messageOf(error) });
    });
  }
}
