import { AppError, type Clock } from '../../core/index.ts';
import type { Argv, Host } from '../../hosts/host.ts';
import { Agent } from './agent.ts';
import { workloadArguments } from './arguments.ts';
import { type Definition, diskOf, ROOT_DISK, type Workload } from './definition.ts';
import { packGuestConfig, packTemplateConfig } from './guest-config.ts';
import type { PreparedPlatform } from './platform.ts';
import { guestConfig, launch, type RunBeginning, readText } from './process.ts';
import { Qmp, record } from './qmp.ts';
import { type GuestReady, readRun } from './run-events.ts';
import type { VmFiles } from './vm-files.ts';

const READY_LIMIT_MS = 60_000;
const MIGRATE_LIMIT_MS = 30_000;
const POLL_MS = 5;
const LISTENING_POLL_MS = 50;
/** A workload that listens nowhere is ready when it has run for so long. */
const RUNNING_MS = 5000;
/**
 * A kernel that has just booted goes on for a while (the network's link is reported after a second, the clock of high resolution
 * is taken after another), and every clone would do that work anew. And who listens may still be about to say so in its log.
 */
const SETTLE_MS = 2500;
/** The host name that a warm template's process was told; its clones are told theirs, but a process may have read it before. */
const TEMPLATE_NAME = 'template';

/** What a clone must have in common with its template, besides the platform. */
export interface TemplateShape {
  cpus: number;
  memoryBytes: number;
  /** Virtual size of its disk. */
  diskBytes: number;
  /** Of a warm template: what runs in it. Null: nothing yet, and it is any image's. */
  workload: Workload | null;
}

export interface TemplateFiles {
  /** The guest's memory; clones map it and keep what they change to themselves. */
  memory: string;
  /** The state of its devices, as a migration stream. */
  state: string;
  initrd: string;
  /** Of a warm one: what its workload has written, on disk and as its log. */
  disk: string;
  outputLog: string;
}

/** What had happened when it was kept: how a clone's run begins. */
export type TemplateRun = Pick<RunBeginning, 'logBytes' | 'ready'>;

export interface Recording {
  prepared: PreparedPlatform;
  shape: TemplateShape;
  /** The image's disk, for a warm one. */
  base: string | null;
  files: VmFiles;
  to: TemplateFiles;
  clock: Clock;
}

/** Boots a guest up to the point from which clones go on, and writes its state down. */
export async function recordTemplate(host: Host, of: Recording, signal: AbortSignal): Promise<TemplateRun> {
  const { files, shape, prepared, to, clock } = of;
  const { workload } = shape;
  const disk = diskOf(ROOT_DISK, shape.diskBytes);
  const below = of.base === null ? [] : ['-F', 'raw', '-b', of.base];
  await run(host, ['qemu-img', 'create', '-q', '-f', 'qcow2', ...below, to.disk, String(shape.diskBytes)], signal);
  const machine = { name: TEMPLATE_NAME, ports: [], disks: [disk], ...shape };
  const config = workload === null ? packTemplateConfig() : packGuestConfig(configOf(machine, workload, clock));
  await host.writeFile(to.initrd, Buffer.concat([prepared.initrd, config]), {}, signal);
  const argv = workloadArguments({
    machine,
    files: { ...files, initrd: to.initrd },
    platform: prepared.platform,
    memory: { path: to.memory, shared: true },
  });
  // The shell that writes the state down is told where by its environment: no path is ever part of a shell's words.
  await launch(host, { argv: ['env', `TEMPLATE_STATE=${to.state}`, ...argv], files, nextPort: async (port) => port }, signal);
  await using qmp = await Qmp.connect(host, { path: files.qmp, onEvent: () => {} }, signal);
  if (workload !== null) {
    const ready = await freezeWhenReady(host, { ...of, workload }, signal);
    await writeState(qmp, clock, signal);
    return { logBytes: (await host.stat(to.outputLog, signal))?.sizeBytes ?? 0, ready };
  }
  const waits = async () => /"event":"template"/.test(await readText(host, files.events, signal));
  await until(waits, { clock, pollMs: POLL_MS, limitMs: READY_LIMIT_MS }, signal);
  await clock.sleep(SETTLE_MS, signal);
  await writeState(qmp, clock, signal);
  // Of nobody's use any more.
  await host.remove(to.disk, signal);
  return { logBytes: 0 };
}

function configOf(machine: Pick<Definition, 'name'>, guest: Workload, clock: Clock) {
  return guestConfig({ id: TEMPLATE_NAME, name: machine.name, guest, timeMs: clock.now() });
}

/** It listens on a port that it says it uses, or on any when it says none; or it has run for a while. */
async function freezeWhenReady(host: Host, of: Recording & { workload: Workload }, signal: AbortSignal): Promise<GuestReady> {
  const { files, clock, workload } = of;
  const runs = async () => {
    const { startedAtMs, exitCode, problem } = readRun(await readText(host, files.events, signal));
    if (exitCode !== null || problem !== null) throw new AppError('qemuFailed', { message: 'its workload ended before it was ready' });
    return startedAtMs !== null;
  };
  await until(runs, { clock, pollMs: POLL_MS, limitMs: READY_LIMIT_MS }, signal);
  await using agent = await Agent.connect(host, files.agent, signal);
  const wanted = workload.process.exposedPorts.filter(({ protocol }) => protocol === 'tcp').map(({ port }) => port);
  const settledAt = clock.monotonic() + RUNNING_MS;
  const isReady = async () => {
    await runs();
    const ports = await agent.listening(signal);
    if (wanted.length === 0 ? ports.length > 0 : wanted.some((port) => ports.includes(port))) return true;
    return wanted.length === 0 && clock.monotonic() > settledAt;
  };
  await until(isReady, { clock, pollMs: LISTENING_POLL_MS, limitMs: READY_LIMIT_MS }, signal);
  await clock.sleep(SETTLE_MS, signal);
  await runs();
  await agent.freeze(signal);
  const { kernelRelease, hasShell } = readRun(await readText(host, files.events, signal));
  return { kernelRelease, hasShell };
}

async function writeState(qmp: Qmp, clock: Clock, signal: AbortSignal): Promise<void> {
  await qmp.execute('migrate-set-capabilities', IGNORE_SHARED, signal);
  await qmp.execute('migrate', { uri: 'exec:exec cat > "$TEMPLATE_STATE"' }, signal);
  const status = async () => String(record(await qmp.execute('query-migrate', {}, signal)).status);
  const isOver = async () => ['completed', 'failed'].includes(await status());
  await until(isOver, { clock, pollMs: POLL_MS, limitMs: MIGRATE_LIMIT_MS }, signal);
  if ((await status()) !== 'completed') throw new AppError('qemuFailed', { message: 'the state of a template could not be written' });
  await qmp.execute('quit', {}, signal).catch(() => {});
  await qmp.ended;
}

async function until(
  holds: () => Promise<boolean>,
  { clock, pollMs, limitMs }: { clock: Clock; pollMs: number; limitMs: number },
  signal: AbortSignal,
): Promise<void> {
  const end = clock.monotonic() + limitMs;
  while (!(await holds())) {
    if (clock.monotonic() > end) throw new AppError('timedOut', { what: 'The template', seconds: limitMs / 1000 });
    await clock.sleep(pollMs, signal);
  }
}

async function run(host: Host, argv: Argv, signal: AbortSignal): Promise<void> {
  const { exitCode, stderr } = await host.exec(argv, {}, signal);
  if (exitCode !== 0) throw new AppError('commandFailed', { command: argv[0], exitCode, message: stderr.trim() });
}

/** The memory is in a file of its own and not in the stream. https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html (x-ignore-shared) */
const IGNORE_SHARED = { capabilities: [{ capability: 'x-ignore-shared', state: true }] };

/** A clone was launched and waits for its state on descriptor 3. Returns when it runs. @throws AppError when QEMU ends, or refuses */
export async function resumeClone(qmp: Qmp, clock: Clock, signal: AbortSignal): Promise<void> {
  await qmp.execute('migrate-set-capabilities', IGNORE_SHARED, signal);
  await qmp.execute('migrate-incoming', { uri: 'fd:3' }, signal);
  const runs = async () => record(await qmp.execute('query-status', {}, signal)).status === 'running';
  await until(runs, { clock, pollMs: 1, limitMs: MIGRATE_LIMIT_MS }, signal);
}
