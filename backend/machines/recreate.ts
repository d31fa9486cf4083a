import { randomBytes } from 'node:crypto';
import type { ContainerSpec, ImageId, Machine, MachineId } from '../contract/index.ts';
import { AppError, isAbort, toAppError } from '../core/index.ts';
import type { ContainersFacet, Driver } from '../drivers/driver.ts';
import { facetOf } from '../drivers/facets.ts';
import { type CreateParts, unlessGone } from './create.ts';
import { provideImage } from './provide-image.ts';
import { startAndTime } from './start.ts';

const LIVE: ReadonlySet<Machine['state']> = new Set(['starting', 'running', 'paused']);

interface Old {
  machine: Machine;
  driver: Driver;
  containers: ContainersFacet;
  /** What would make it again, should it go when it is stopped (`--rm`). */
  before: { spec: ContainerSpec; imageId: ImageId };
}

/**
 * Puts another container in the place of one, as one task. The old one steps aside under another name, ends before the new one
 * starts (they may share ports and volumes), and goes when the new one runs. Until then a failure or a cancel takes the new one
 * away and puts the old one back: its name, and whether it ran.
 */
export async function recreateContainer(
  parts: CreateParts,
  { id, spec, start }: { id: MachineId; spec: ContainerSpec; start: boolean },
): Promise<{ machineId: MachineId }> {
  const { inventory, tasks, clock, scope } = parts;
  const machine = inventory.machine(id);
  const driver = inventory.driverOf(id);
  const containers = facetOf(driver, 'containers');
  const pod = inventory.listed('pods').find((one) => one.machineIds.includes(id));
  if (pod !== undefined) throw new AppError('containerInPod', { name: machine.name, pod: pod.name });
  const requestedAt = { ms: clock.now(), monotonicMs: clock.monotonic() };
  const { result } = tasks.run({ kind: 'recreateContainer', subject: machine.name, cancellable: true }, async (report, signal) => {
    const image = await provideImage(driver, { spec, pull: parts.pull, report }, signal);
    const before = await containers.describe(id, { anonymousVolumes: 'keep' }, signal);
    const old: Old = { machine, driver, containers, before };
    const name = spec.name ?? machine.name;
    const aside = `${machine.name}-before-${randomBytes(2).toString('hex')}`;
    const undo: (() => Promise<unknown>)[] = [];
    try {
      // Not cut short by a cancel either: nobody would know which name it has.
      await containers.rename(id, aside, scope.signal);
      undo.push(() => putBack(old, scope.signal));
      const machineId = await containers.createFrom({ spec, name, image, twinId: machine.twinId }, signal);
      undo.push(() => containers.discard(machineId, scope.signal).catch(unlessGone));
      // Not cut short by a cancel: what is half stopped could not be started again.
      if (LIVE.has(machine.state)) await driver.act(id, 'stop', { force: false }, scope.signal).catch(unlessStopped);
      signal.throwIfAborted();
      if (start) await startAndTime(parts, { driver, id: machineId, action: 'start', requestedAt, preparationMs: 0 }, signal);
      await containers.discard(id, scope.signal).catch(unlessGone);
      report({ machineId });
      return { machineId };
    } catch (error) {
      await undoAll(undo, error, { name: machine.name, kept: aside });
      throw error;
    }
  });
  return result;
}

/** The last first. What cannot be undone is told, with what it was about. */
async function undoAll(undo: (() => Promise<unknown>)[], cause: unknown, names: { name: string; kept: string }): Promise<void> {
  try {
    for (const step of undo.reverse()) await step();
  } catch (error) {
    const problem = isAbort(cause) ? '' : toAppError(cause).message;
    throw new AppError('notPutBack', { problem, message: toAppError(error).message, ...names }, { cause: error });
  }
}

async function putBack({ machine, driver, containers, before }: Old, signal: AbortSignal): Promise<void> {
  let id = machine.id;
  try {
    await containers.rename(id, machine.name, signal);
  } catch (error) {
    unlessGone(error);
    const image = { id: before.imageId, name: before.spec.image };
    id = await containers.createFrom({ spec: before.spec, name: machine.name, image, twinId: machine.twinId }, signal);
  }
  if (!LIVE.has(machine.state)) return;
  await driver.act(id, 'start', { force: false }, signal).catch(unlessRunning);
  if (machine.state === 'paused') await driver.act(id, 'pause', { force: false }, signal);
}

/** It has ended by itself, and perhaps is gone with that. */
function unlessStopped(error: unknown): void {
  if (!(error instanceof AppError) || (error.reason !== 'machineMissing' && error.reason !== 'machineWrongState')) throw error;
}

/** It was never stopped. */
function unlessRunning(error: unknown): void {
  if (!(error instanceof AppError) || error.reason !== 'machineWrongState') throw error;
}
