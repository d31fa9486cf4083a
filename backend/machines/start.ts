import type { MachineAction, MachineId, StartTiming } from '../contract/index.ts';
import type { Clock, Scope } from '../core/index.ts';
import type { OnBytes } from '../drivers/byte-progress.ts';
import type { Driver } from '../drivers/driver.ts';
import type { Inventory } from '../inventory/index.ts';

/** Written down even when the app ends just then. */
const KEEP_MS = 5000;

interface StartRequest {
  driver: Driver;
  id: MachineId;
  action: Extract<MachineAction, 'start' | 'restart'>;
  /** When it was asked for, and how long the preparations since then took. */
  requestedAt: { ms: number; monotonicMs: number };
  preparationMs: number;
  onProgress?: OnBytes;
}

/**
 * Starts a machine and takes the time, the same way for every engine: to the end of the engine's start, and to the first
 * byte of the workload. Returns when it runs; the first byte is noted later, from `scope`. What is kept of it beyond the app's end is
 * the driver's to keep.
 */
export async function startAndTime(
  deps: { inventory: Inventory; clock: Clock; scope: Scope },
  request: StartRequest,
  signal: AbortSignal,
): Promise<void> {
  const { inventory, clock, scope } = deps;
  const { driver, id, requestedAt } = request;
  const timing: StartTiming = {
    requestedAtMs: requestedAt.ms,
    preparationMs: request.preparationMs,
    runningMs: null,
    firstOutputMs: null,
  };
  const note = (part: Partial<StartTiming>) => {
    Object.assign(timing, part);
    const noted = { ...timing };
    inventory.mark(id, { startTiming: noted });
    if (noted.runningMs !== null) scope.run(async () => await driver.virtualMachines?.keepTiming(id, noted, AbortSignal.timeout(KEEP_MS)));
  };

  inventory.mark(id, { state: 'starting', startTiming: { ...timing } });
  try {
    // Armed before the start, or the first byte could pass unseen; its life is the app's, not the call's.
    // Podman prepares a container for it, and so meets what keeps it from starting: the start itself says that better.
    const { seen } = await driver.logs.firstOutput(id, scope.signal).catch(() => ({ seen: Promise.resolve(null) }));
    scope.run(async () => {
      const seenAt = await seen;
      if (seenAt !== null) note({ firstOutputMs: seenAt - requestedAt.monotonicMs });
    });
    const { onProgress = () => {} } = request;
    await driver.act(id, request.action, { force: false, onProgress }, signal);
    note({ runningMs: clock.monotonic() - requestedAt.monotonicMs });
    inventory.settle(id);
  } catch (error) {
    inventory.mark(id, { state: null });
    throw error;
  }
}
