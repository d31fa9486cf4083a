import type { StartWay } from '../../contract/index.ts';
import { AppError, isAbort, messageOf } from '../../core/index.ts';
import type { Argv } from '../../hosts/host.ts';
import { workloadArguments } from './arguments.ts';
import { startCompanions } from './companions.ts';
import type { Connection } from './connection.ts';
import type { Definition, System, Workload } from './definition.ts';
import { prepareFirmware } from './firmware.ts';
import { formatGuestConfig, packGuestConfig } from './guest-config.ts';
import { pinProcessors } from './pinning.ts';
import type { PreparedPlatform } from './platform.ts';
import { guestConfig } from './process.ts';
import { seedDisc } from './seed/seed.ts';
import { systemArguments } from './system-arguments.ts';
import { resumeClone, type Template, type TemplateShape } from './templates.ts';
import type { VmContext } from './vm.ts';
import type { VmFiles } from './vm-files.ts';

/** A machine that is being started. */
export interface Starting {
  id: string;
  definition: Definition;
  files: VmFiles;
  context: VmContext;
  /** Its folder for sockets, and a new book of events. */
  begin(way: StartWay, signal: AbortSignal): Promise<void>;
  /** Launches QEMU and connects to it. */
  run(argv: Argv, signal: AbortSignal): Promise<Connection>;
  /** Ends what was launched; nothing of it is left. */
  endAttempt(signal: AbortSignal): Promise<void>;
}

/** A guest that says nothing for this long after its launch has failed. */
export const START_LIMIT_MS = 90_000;

/** As a clone where there is a template for it, else by booting. Returns when QEMU runs; the workload says itself when it does. */
export async function startWorkload(
  starting: Starting,
  of: { guest: Workload; prepared: PreparedPlatform },
  signal: AbortSignal,
): Promise<void> {
  const { context, definition } = starting;
  const shape = shapeOf(definition);
  const template = shape === null ? null : await context.templates.find(of.prepared, shape, signal);
  if (template !== null && (await clone(starting, { ...of, template }, signal))) return;
  await boot(starting, of, signal);
}

/** Null: a template cannot be made for it. */
export function shapeOf({ cpus, memoryBytes, disks, guest }: Definition): TemplateShape | null {
  const [root, ...others] = disks;
  if (guest.type !== 'workload' || root === undefined || others.length > 0) return null;
  return { cpus, memoryBytes, diskBytes: root.sizeBytes };
}

/** Starts its kernel. */
async function boot(
  starting: Starting,
  { guest, prepared }: { guest: Workload; prepared: PreparedPlatform },
  signal: AbortSignal,
): Promise<void> {
  const { definition, files, context } = starting;
  await starting.begin('boot', signal);
  const config = packGuestConfig(guestConfig({ definition, guest, timeMs: context.clock.now() }));
  await context.host.writeFile(files.initrd, Buffer.concat([prepared.initrd, config]), {}, signal);
  await starting.run(workloadArguments({ machine: definition, files, platform: prepared.platform }), signal);
}

/** Goes on from a template; false when that does not work, and nothing of the attempt is left. */
async function clone(
  starting: Starting,
  of: { guest: Workload; prepared: PreparedPlatform; template: Template },
  signal: AbortSignal,
): Promise<boolean> {
  const { definition, files, context } = starting;
  const { template, guest } = of;
  const { clock, logger } = context;
  await starting.begin('clone', signal);
  const memory = { path: template.memory, shared: false };
  const { platform } = of.prepared;
  const argv = workloadArguments({ machine: definition, files: { ...files, initrd: template.initrd }, platform, memory });
  try {
    // As when the template was made, its state comes through an inherited descriptor.
    const { qmp, agent } = await starting.run(['sh', '-c', 'exec "$@" 3< "$0"', template.state, ...argv], signal);
    await resumeClone(qmp, clock, signal);
    await agent?.become(formatGuestConfig(guestConfig({ definition, guest, timeMs: clock.now() })), signal);
    return true;
  } catch (error) {
    if (isAbort(error) || (error instanceof AppError && error.reason === 'portTaken')) throw error;
    logger.warn('a template did not work', { id: starting.id, key: template.key, error: messageOf(error) });
    await starting.endAttempt(signal);
    await context.templates.forget(template, signal);
    return false;
  }
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
  const { definition, files, context } = starting;
  const { host } = context;
  const { architecture, firmware, pinnedCpus, linkUp, network } = guest.hardware;
  const foreign = architecture !== prepared.architecture;
  await starting.begin('boot', signal);
  if (guest.cloudInit !== undefined) {
    const seed = seedDisc(guest.cloudInit, { instanceId: starting.id, name: definition.name });
    await host.writeFile(files.seed, seed, {}, signal);
  }
  const argv = systemArguments({
    definition,
    guest,
    files,
    binary: `qemu-system-${architecture}`,
    accelerator: foreign ? 'tcg' : prepared.platform.accelerator,
    firmware: firmware === 'uefi' ? await prepareFirmware(host, { architecture, variables: files.firmwareVariables }, signal) : null,
    companions: await startCompanions(context, { guest, files }, signal),
  });
  const { qmp } = await starting.run(argv, signal);
  if (pinnedCpus !== null) await pinProcessors(host, { qmp, cpus: pinnedCpus }, signal);
  if (!linkUp && network.type !== 'none') await qmp.execute('set_link', { name: 'nic', up: false }, signal);
}
