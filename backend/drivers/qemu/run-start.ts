import { AppError } from '../../core/index.ts';
import type { OnBytes } from '../byte-progress.ts';
import { startSaved } from './snapshots/saved.ts';
import { START_LIMIT_MS, type Starting, startSystem, startWorkload } from './starts.ts';
import type { RunOwner, VmRun } from './vm-run.ts';

/**
 * Goes on from saved memory, clones or boots a workload, or switches a system on: as the machine's definition has it. Returns
 * when the workload runs, or the system was switched on.
 * @param of.loaded is called when saved memory is in QEMU: it must not be loaded again
 * @throws AppError `guestSilent`, and what the ways to start throw
 */
export async function startRun(
  run: VmRun,
  of: { owner: RunOwner; loaded: (commit: AbortSignal) => Promise<void>; onProgress: OnBytes },
  signal: AbortSignal,
): Promise<void> {
  const { loaded, onProgress } = of;
  const { id, definition, files, context } = of.owner;
  const { guest, saved } = definition;
  const prepared = await context.platform(signal);
  const starting: Starting = {
    id,
    definition,
    files,
    context,
    begin: async (beginning, signal) => await run.begin(beginning, signal),
    run: async (argv, signal) => await run.launch(argv, signal),
    endAttempt: async (signal) => await run.endAttempt(signal),
  };
  if (saved !== null) {
    await startSaved(starting, { saved, prepared, loaded, onProgress }, signal);
    // Given up now, its memory would be lost.
    await awaitWorkload(run, definition.name, context.signal);
  } else if (guest.type === 'workload') {
    const use = await startWorkload(starting, { guest, prepared }, signal);
    await awaitWorkload(run, definition.name, signal);
    context.keepTemplates(prepared, use);
  } else {
    await startSystem(starting, { guest, prepared }, signal);
    // Of a system nobody can say more than that it was switched on.
    await run.note('started', {}, signal);
  }
}

async function awaitWorkload(run: VmRun, name: string, signal: AbortSignal): Promise<void> {
  if (await run.startedOrEnded(START_LIMIT_MS, signal)) return;
  throw new AppError('guestSilent', { name, seconds: START_LIMIT_MS / 1000 });
}
