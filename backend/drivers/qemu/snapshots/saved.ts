import { posix } from 'node:path';
import type { Machine, MemoryPart } from '../../../contract/index.ts';
import { AppError, isAbort, messageOf } from '../../../core/index.ts';
import type { Argv } from '../../../hosts/host.ts';
import type { OnBytes } from '../../byte-progress.ts';
import { workloadArguments } from '../arguments.ts';
import type { Connection } from '../connection.ts';
import type { Definition, SavedMemory } from '../definition.ts';
import { packGuestConfig } from '../guest-config.ts';
import type { PreparedPlatform } from '../platform.ts';
import { guestConfig } from '../process.ts';
import { formatEvent, type Run } from '../run-events.ts';
import { type Starting, systemCommand, tuneSystem } from '../starts.ts';
import type { VmContext } from '../vm-context.ts';
import type { VmFiles } from '../vm-files.ts';
import { goOn, isMemoryNamed, loadMemory, saveMemory } from './memory.ts';
import { newMemoryFile } from './overlays.ts';

/** What is not given up half-way takes no longer than this. */
const COMMIT_MS = 60_000;

/** A machine that runs, as far as its memory is concerned. */
interface MemoryOwner {
  readonly files: VmFiles;
  readonly context: VmContext;
  readonly definition: Definition;
  readonly machine: Pick<Machine, 'name'>;
  readonly isPaused: boolean;
  readonly run: Run;
  save(value: Definition, signal: AbortSignal): Promise<void>;
  /** Ends QEMU at once. */
  cutOff(signal: AbortSignal): Promise<void>;
}

/** All that a stream of memory depends on. Ports, names and what stands behind a device may change. */
function shapeOfMemory(
  definition: Definition,
  of: { prepared: PreparedPlatform; qemuVersion: string },
): Partial<Record<MemoryPart, string>> {
  const { cpus, memoryBytes, disks, guest } = definition;
  const { platform } = of.prepared;
  const common = {
    qemu: of.qemuVersion,
    accelerator: platform.accelerator,
    cpus: String(cpus),
    memory: String(memoryBytes),
    disks: disks.map(({ id, bus, sizeBytes }) => `${id} ${bus} ${sizeBytes}`).join(', '),
  };
  if (guest.type === 'workload') return { ...common, machine: platform.machine };
  const { hardware } = guest;
  return {
    ...common,
    machine: `${hardware.architecture} ${hardware.machine}`,
    firmware: hardware.firmware,
    tpm: String(hardware.tpm),
    // What it is may change, as after a revert; memory of before there was one fits none.
    ...(guest.generationId === undefined ? {} : { generation: 'true' }),
    topology: JSON.stringify([hardware.topology, hardware.maximumCpus]),
    cdrom: String(hardware.cdrom !== null),
    cloudInit: String(guest.cloudInit !== undefined),
    network: hardware.network.type,
    display: hardware.display,
    sharedFolders: hardware.sharedFolders.map(({ tag }) => tag).join(', '),
    serialPorts: String(hardware.serialPorts),
  };
}

/** Writes down the memory of a machine that runs; it is stopped then. @throws AppError `memoryNotSaved`, `memoryNoSpace` */
export async function saveRun(
  vm: MemoryOwner,
  of: { connection: Connection; file: string; prepared: PreparedPlatform; onProgress: OnBytes },
  signal: AbortSignal,
): Promise<SavedMemory> {
  const { qmp } = of.connection;
  const { host, clock } = vm.context;
  const isNamed = await isMemoryNamed(qmp, signal);
  const path = posix.join(vm.files.folder, of.file);
  const verdict = posix.join(vm.files.runFolder, of.file);
  await saveMemory({ host, qmp, clock, name: vm.machine.name, path, verdict, paused: vm.isPaused, onProgress: of.onProgress }, signal);
  const { startedAtMs, kernelRelease, hasShell } = vm.run;
  return {
    file: of.file,
    savedAtMs: clock.now(),
    isNamed,
    fits: shapeOfMemory(vm.definition, { prepared: of.prepared, qemuVersion: vm.context.qemuVersion }),
    run: { startedAtMs, kernelRelease, hasShell },
  };
}

/** Writes its memory down and ends it; from then on its next start goes on from there. Until then it goes on when that fails. */
export async function suspendRun(vm: MemoryOwner, of: { connection: Connection; onProgress: OnBytes }, signal: AbortSignal): Promise<void> {
  const { connection, onProgress } = of;
  const { isPaused } = vm;
  const prepared = await vm.context.platform(signal);
  const saved = await saveRun(vm, { connection, file: newMemoryFile(), prepared, onProgress }, signal);
  const commit = AbortSignal.timeout(COMMIT_MS);
  try {
    signal.throwIfAborted();
    await vm.save({ ...vm.definition, saved }, commit);
  } catch (error) {
    await goOn(connection.qmp, { paused: isPaused });
    await vm.context.host.remove(posix.join(vm.files.folder, saved.file), commit);
    throw error;
  }
  await vm.cutOff(commit);
}

/**
 * Goes on from memory that was saved. `loaded` is called when it is in QEMU and the guest stands still: from then on it must
 * not be loaded again, for the disks will change.
 * @throws AppError `memoryUnfit`, `memoryUnusable`
 */
export async function startSaved(
  starting: Starting,
  of: { saved: SavedMemory; prepared: PreparedPlatform; onProgress: OnBytes; loaded: (commit: AbortSignal) => Promise<void> },
  signal: AbortSignal,
): Promise<void> {
  const { definition, files, context } = starting;
  const { host, clock } = context;
  const { saved } = of;
  const now: Readonly<Record<string, string | undefined>> = shapeOfMemory(definition, {
    prepared: of.prepared,
    qemuVersion: context.qemuVersion,
  });
  const parts = Object.keys({ ...saved.fits, ...now }).filter((key) => saved.fits[key] !== now[key]);
  if (parts.length > 0) throw new AppError('memoryUnfit', { name: definition.name, parts: parts.join(', ') });
  await starting.begin({ way: 'restore', template: null, logBytes: 0 }, signal);
  // Its guest will not say again what it said at its start.
  await host.writeFile(files.events, formatRun(saved, clock.now()), {}, signal);
  const command = await commandOf(starting, of, signal);
  const path = posix.join(files.folder, saved.file);
  try {
    const connection = await starting.run(['sh', '-c', 'exec "$@" 3< "$0"', path, ...command, '-S', '-incoming', 'defer'], signal);
    const { qmp, pid } = connection;
    await loadMemory({ host, qmp, clock, pid, path, onProgress: of.onProgress }, signal);
    const { guest } = definition;
    if (guest.type === 'system') await tuneSystem(connection, { host, guest }, signal);
    signal.throwIfAborted();
    // Given up in between, its memory would be lost.
    const commit = AbortSignal.timeout(COMMIT_MS);
    await of.loaded(commit);
    await qmp.execute('cont', {}, commit);
  } catch (error) {
    if (isAbort(error) || (error instanceof AppError && error.reason === 'portTaken')) throw error;
    throw new AppError('memoryUnusable', { name: definition.name, message: messageOf(error) }, { cause: error });
  }
}

async function commandOf(
  starting: Starting,
  { saved, prepared }: { saved: SavedMemory; prepared: PreparedPlatform },
  signal: AbortSignal,
): Promise<Argv> {
  const { definition, files, context } = starting;
  const { guest } = definition;
  if (guest.type === 'system') return await systemCommand(starting, { guest, prepared }, signal);
  // Nobody reads it again, but QEMU wants the file.
  const config = packGuestConfig(guestConfig({ id: starting.id, name: definition.name, guest, timeMs: context.clock.now() }));
  await context.host.writeFile(files.initrd, Buffer.concat([prepared.initrd, config]), {}, signal);
  const memory = saved.isNamed ? { memory: { path: null, shared: false } } : {};
  return workloadArguments({ machine: definition, files, platform: prepared.platform, ...memory });
}

function formatRun({ run }: SavedMemory, timeMs: number): string {
  const { startedAtMs, kernelRelease, hasShell } = run;
  return [
    formatEvent('launched', { timeMs, way: 'restore', template: null, logBytes: 0 }),
    kernelRelease === null ? '' : formatEvent('ready', { timeMs, kernelRelease, shell: hasShell }),
    formatEvent('started', { timeMs: startedAtMs ?? timeMs }),
  ].join('');
}
