import { posix } from 'node:path';
import type { ProblemReason } from '../../contract/index.ts';
import { AppError, isAbort, messageOf } from '../../core/index.ts';
import type { Argv, Host } from '../../hosts/host.ts';
import { workloadArguments } from './arguments.ts';
import { plugClipboard } from './clipboard.ts';
import { startCompanions } from './companions.ts';
import type { Connection } from './connection.ts';
import { type Definition, diskOf, ROOT_DISK, type System, type Workload } from './definition.ts';
import { prepareFirmware } from './firmware.ts';
import { formatGuestConfig, packGuestConfig } from './guest-config.ts';
import { pinProcessors } from './pinning.ts';
import type { PreparedPlatform } from './platform.ts';
import { guestConfig, type RunBeginning } from './process.ts';
import { seedDisc } from './seed/seed.ts';
import { systemArguments } from './system-arguments.ts';
import { resumeClone } from './template-recording.ts';
import type { Template, TemplateOrder, TemplateUse } from './templates.ts';
import type { VmContext } from './vm-context.ts';
import { diskPath, type VmFiles } from './vm-files.ts';

/** A machine that is being started. */
export interface Starting {
  id: string;
  definition: Definition;
  files: VmFiles;
  context: VmContext;
  /** Its folder for sockets, and a new book of events. */
  begin(of: RunBeginning, signal: AbortSignal): Promise<void>;
  /** Launches QEMU and connects to it. */
  run(argv: Argv, signal: AbortSignal): Promise<Connection>;
  /** Ends what was launched; nothing of it is left. */
  endAttempt(signal: AbortSignal): Promise<void>;
}

/** What the disks of images end in (backend/images/disk.ts). */
const BASE_SUFFIX = '.ext4';
/** A guest that says nothing for this long after its launch has failed. */
export const START_LIMIT_MS = 90_000;

/** As a clone where there is a template for it, else by booting. Returns when QEMU runs; the workload says itself when it does. */
export async function startWorkload(
  starting: Starting,
  of: { guest: Workload; prepared: PreparedPlatform },
  signal: AbortSignal,
): Promise<TemplateUse> {
  const { context } = starting;
  const wanted = await wantedTemplates(starting, of.guest, signal);
  for (const { shape } of wanted) {
    const template = await context.templates.find(of.prepared, shape, signal);
    if (template !== null && (await clone(starting, { ...of, template }, signal))) return { wanted, used: template };
  }
  await boot(starting, of, signal);
  return { wanted, used: null };
}

async function wantedTemplates({ context, definition, files }: Starting, guest: Workload, signal: AbortSignal): Promise<TemplateOrder[]> {
  const way = guest.startWay ?? context.startWay();
  const [root, ...others] = definition.disks;
  if (way === 'boot' || root === undefined || others.length > 0) return [];
  const shape = { cpus: definition.cpus, memoryBytes: definition.memoryBytes, diskBytes: root.sizeBytes };
  const generic = { shape: { ...shape, workload: null }, base: null };
  // A warm template brings a disk of its own: the machine's must be as it was made, never used.
  if (way === 'clone' || (await context.host.stat(files.outputLog, signal)) !== null) return [generic];
  const base = await baseOf(context.host, diskPath(files, root), signal);
  return base === null ? [generic] : [{ shape: { ...shape, workload: { ...guest, startWay: null } }, base }, generic];
}

/** The image's disk right below a machine's own; null when it is not: snapshots and changes put others in between. */
async function baseOf(host: Host, disk: string, signal: AbortSignal): Promise<string | null> {
  if (posix.basename(disk) !== diskOf(ROOT_DISK, 0).file) return null;
  // It was never written to, so it is all header. https://www.qemu.org/docs/master/interop/qcow2.html
  const bytes = await host.readFile(disk, signal);
  const at = Number(bytes.readBigUInt64BE(8));
  const base = bytes.toString('utf8', at, at + bytes.readUInt32BE(16));
  return base.endsWith(BASE_SUFFIX) ? base : null;
}

const NO_FAULT_OF_A_TEMPLATE: ReadonlySet<ProblemReason> = new Set([
  'portTaken',
  'diskInUse',
  'diskDamaged',
  'diskBaseMissing',
  'diskUnusable',
  'fileMissing',
  'fileDenied',
  'noSpace',
]);

/** Starts its kernel. */
async function boot(
  starting: Starting,
  { guest, prepared }: { guest: Workload; prepared: PreparedPlatform },
  signal: AbortSignal,
): Promise<void> {
  const { id, definition, files, context } = starting;
  await starting.begin({ way: 'boot', template: null, logBytes: 0 }, signal);
  const config = packGuestConfig(guestConfig({ id, name: definition.name, guest, timeMs: context.clock.now() }));
  await context.host.writeFile(files.initrd, Buffer.concat([prepared.initrd, config]), { durable: false }, signal);
  await starting.run(workloadArguments({ machine: definition, files, platform: prepared.platform }), signal);
}

/** Goes on from a template; false when that does not work, and nothing of the attempt is left. */
async function clone(
  starting: Starting,
  of: { guest: Workload; prepared: PreparedPlatform; template: Template },
  signal: AbortSignal,
): Promise<boolean> {
  const { id, definition, files, context } = starting;
  const { template, guest } = of;
  const { clock, logger } = context;
  const isWarm = template.kind === 'warm';
  await starting.begin({ way: isWarm ? 'warm' : 'clone', template: template.key, ...template.run }, signal);
  const memory = { path: template.memory, shared: false };
  const { platform } = of.prepared;
  const argv = workloadArguments({ machine: definition, files: { ...files, initrd: template.initrd }, platform, memory });
  await using undo = new AsyncDisposableStack();
  try {
    if (isWarm) undo.defer(await takeOver(starting, template, signal));
    // As when the template was made, its state comes through an inherited descriptor.
    const { qmp, agent } = await starting.run(['sh', '-c', 'exec "$@" 3< "$0"', template.state, ...argv], signal);
    await resumeClone(qmp, clock, signal);
    const config = formatGuestConfig(guestConfig({ id, name: definition.name, guest, timeMs: clock.now() }));
    await (isWarm ? agent?.awaken(config, signal) : agent?.become(config, signal));
    undo.move();
    if (isWarm) await context.host.remove(unusedDisk(starting), signal);
    return true;
  } catch (error) {
    if (isAbort(error) || (error instanceof AppError && NO_FAULT_OF_A_TEMPLATE.has(error.reason))) throw error;
    logger.warn('a template did not work', { id: starting.id, key: template.key, error: messageOf(error) });
    await starting.endAttempt(signal);
    await context.templates.forget(template, signal);
    return false;
  }
}

/** The template's disk and log in the place of the machine's own, which are empty; returns what puts them back. */
async function takeOver(starting: Starting, template: Template, signal: AbortSignal): Promise<() => Promise<void>> {
  const { files, context } = starting;
  const { host } = context;
  const disk = rootDisk(starting);
  const kept = unusedDisk(starting);
  const always = new AbortController().signal;
  await host.rename(disk, kept, signal);
  const undo = async () => {
    if ((await host.stat(kept, always)) !== null) await host.rename(kept, disk, always);
    await host.remove(files.outputLog, always);
  };
  try {
    await Promise.all([host.copy(template.disk, disk, signal), host.copy(template.outputLog, files.outputLog, signal)]);
    return undo;
  } catch (error) {
    await undo();
    throw error;
  }
}

function rootDisk({ definition, files }: Starting): string {
  return diskPath(files, definition.disks[0] ?? { file: '' });
}

/** Its own, while that of a template is tried. */
function unusedDisk(starting: Starting): string {
  return `${rootDisk(starting)}.unused`;
}

/**
 * Switches the machine on; what its system then does it does by itself.
 * @throws AppError `firmwareMissing`, `qemuArchitectureMissing`, `swtpmMissing`, `fileMissing`
 */
export async function startSystem(
  starting: Starting,
  { guest, prepared }: { guest: System; prepared: PreparedPlatform },
  signal: AbortSignal,
): Promise<void> {
  await starting.begin({ way: 'boot', template: null, logBytes: 0 }, signal);
  const connection = await starting.run(await systemCommand(starting, { guest, prepared }, signal), signal);
  await tuneSystem(connection, { host: starting.context.host, guest }, signal);
}

/** What a system's QEMU is started with; what it names, and the programs beside it, are there then. */
export async function systemCommand(
  { id, definition, files, context }: Pick<Starting, 'id' | 'definition' | 'files' | 'context'>,
  { guest, prepared }: { guest: System; prepared: PreparedPlatform },
  signal: AbortSignal,
): Promise<Argv> {
  const { host } = context;
  const { architecture } = guest.hardware;
  const foreign = architecture !== prepared.architecture;
  if (guest.cloudInit !== undefined) {
    const seed = seedDisc(guest.cloudInit, { instanceId: id, name: definition.name });
    await host.writeFile(files.seed, seed, {}, signal);
  }
  return systemArguments({
    definition,
    guest,
    files,
    binary: `qemu-system-${architecture}`,
    accelerator: foreign ? 'tcg' : prepared.platform.accelerator,
    firmware: await prepareFirmware(host, { ...guest.hardware, variables: files.firmwareVariables }, signal),
    companions: await startCompanions(context, { guest, files }, signal),
  });
}

/** What QEMU is told once it runs. */
export async function tuneSystem({ qmp }: Connection, { host, guest }: { host: Host; guest: System }, signal: AbortSignal): Promise<void> {
  const { pinnedCpus, linkUp, network } = guest.hardware;
  await plugClipboard(qmp, signal);
  if (pinnedCpus !== null) await pinProcessors(host, { qmp, cpus: pinnedCpus }, signal);
  if (!linkUp && network.type !== 'none') await qmp.execute('set_link', { name: 'nic', up: false }, signal);
}
