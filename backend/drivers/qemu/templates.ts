import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { AppError, type Clock, isAbort, type Logger, messageOf } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { workloadArguments } from './arguments.ts';
import { diskOf, ROOT_DISK } from './definition.ts';
import { packTemplateConfig } from './guest-config.ts';
import type { PreparedPlatform } from './platform.ts';
import { killProcess, launch, readText } from './process.ts';
import { Qmp, record } from './qmp.ts';
import { diskPath, type VmFiles, vmFiles } from './vm-files.ts';

/** What a clone must have in common with its template, besides the platform. */
export interface TemplateShape {
  cpus: number;
  memoryBytes: number;
  /** Virtual size of its disk. */
  diskBytes: number;
}

/** A guest that was kept at the moment before it is anyone's: its kernel is up, no disk is mounted (assets/guest/init/template.c). */
export interface Template {
  key: string;
  /** The guest's memory; clones map it and keep what they change to themselves. */
  memory: string;
  /** The state of its devices, as a migration stream. */
  state: string;
  initrd: string;
}

export interface TemplatesOptions {
  host: Host;
  dir: string;
  runDir: string;
  version: string;
  clock: Clock;
  logger: Logger;
  enabled: () => boolean;
}

/** Raised by every change of the guest's devices or of this file's layout: an older template fits no more. */
const LAYOUT = 2;
/** Kept on disk; the one that was not used for the longest time goes first. Each takes tens of MB. */
const KEPT = 8;
/** Sockets lie below a folder of this name: their paths are short. */
const KEY_LENGTH = 12;
const UNFINISHED = '.part';
const READY_LIMIT_MS = 60_000;
const MIGRATE_LIMIT_MS = 30_000;
const POLL_MS = 5;

/**
 * Templates by all that a clone must share: kernel, init, QEMU, accelerator, machine, processors, memory, size of the disk.
 * When any of it changes, the key is another one, and a new template is made.
 */
export class Templates {
  readonly #options: TemplatesOptions;
  readonly #making = new Map<string, Promise<void>>();
  #swept: Promise<void> | null = null;

  constructor(options: TemplatesOptions) {
    this.#options = options;
  }

  /** Null when there is none, or none is wanted. */
  async find(prepared: PreparedPlatform, shape: TemplateShape, signal: AbortSignal): Promise<Template | null> {
    if (!this.#options.enabled()) return null;
    const template = this.#template(this.#key(prepared, shape));
    const state = await this.#options.host.stat(template.state, signal);
    if (state === null) return null;
    await this.#options.host.writeFile(usedFile(template), `${this.#options.clock.now()}\n`, {}, signal);
    return template;
  }

  /** Makes it unless it is there, or being made. What goes wrong is logged: machines start without it. */
  async prepare(prepared: PreparedPlatform, shape: TemplateShape, signal: AbortSignal): Promise<void> {
    const { logger } = this.#options;
    const key = this.#key(prepared, shape);
    if (!this.#options.enabled() || this.#making.has(key) || (await this.find(prepared, shape, signal)) !== null) return;
    const making = this.#make({ key, prepared, shape }, signal)
      .catch((error: unknown) => {
        if (!isAbort(error)) logger.warn('a template could not be made', { key, error: messageOf(error) });
      })
      .finally(() => this.#making.delete(key));
    this.#making.set(key, making);
    await making;
  }

  /** It did not work: it is made anew when it is wanted again. */
  async forget(template: Template, signal: AbortSignal): Promise<void> {
    await this.#options.host.remove(posix.dirname(template.state), signal);
  }

  #key({ platform, initrd }: PreparedPlatform, shape: TemplateShape): string {
    const parts = { layout: LAYOUT, version: this.#options.version, platform, initrd: sha256(initrd), ...shape };
    return sha256(Buffer.from(JSON.stringify(parts))).slice(0, KEY_LENGTH);
  }

  #template(key: string, folder = posix.join(this.#options.dir, key)): Template {
    return { key, memory: posix.join(folder, 'memory'), state: posix.join(folder, 'state'), initrd: posix.join(folder, 'initrd') };
  }

  async #make(of: { key: string; prepared: PreparedPlatform; shape: TemplateShape }, signal: AbortSignal): Promise<void> {
    const { host, dir, runDir } = this.#options;
    this.#swept ??= this.#sweep(signal);
    await this.#swept;
    const files = vmFiles({ vmsDir: dir, runDir }, `${of.key}${UNFINISHED}`);
    try {
      await host.makeFolder(files.folder, signal);
      await host.makeFolder(files.runFolder, signal);
      await this.#record({ ...of, files }, signal);
      for (const file of [files.bootLog, files.events, files.qemuLog, diskPath(files, diskOf(ROOT_DISK, of.shape.diskBytes))])
        await host.remove(file, signal);
      await host.rename(files.folder, posix.join(dir, of.key), signal);
    } finally {
      const always = new AbortController().signal;
      await killProcess(host, files, always);
      await host.remove(files.runFolder, always);
      await host.remove(files.folder, always);
    }
  }

  /** Boots a guest up to the point where it waits, and writes its state down. */
  async #record(of: { prepared: PreparedPlatform; shape: TemplateShape; files: VmFiles; key: string }, signal: AbortSignal): Promise<void> {
    const { host } = this.#options;
    const { files, shape, prepared } = of;
    const template = this.#template(of.key, files.folder);
    const disk = diskOf(ROOT_DISK, shape.diskBytes);
    await host.writeFile(template.initrd, Buffer.concat([prepared.initrd, packTemplateConfig()]), {}, signal);
    const blank = await host.exec(['qemu-img', 'create', '-q', '-f', 'qcow2', diskPath(files, disk), String(shape.diskBytes)], {}, signal);
    if (blank.exitCode !== 0) throw new AppError('commandFailed', { command: 'qemu-img', exitCode: blank.exitCode, message: blank.stderr });
    const argv = workloadArguments({
      machine: { name: 'template', ports: [], disks: [disk], ...shape },
      files: { ...files, initrd: template.initrd },
      platform: prepared.platform,
      memory: { path: template.memory, shared: true },
    });
    // The shell that writes the state down is told where by its environment: no path is ever part of a shell's words.
    const told = ['env', `TEMPLATE_STATE=${template.state}`, ...argv] as const;
    await launch(host, { argv: told, files, nextPort: async (port) => port }, signal);
    await using qmp = await Qmp.connect(host, { path: files.qmp, onEvent: () => {} }, signal);
    await this.#until(async () => /"event":"template"/.test(await readText(host, files.events, signal)), READY_LIMIT_MS, signal);
    await qmp.execute('migrate-set-capabilities', IGNORE_SHARED, signal);
    await qmp.execute('migrate', { uri: 'exec:exec cat > "$TEMPLATE_STATE"' }, signal);
    const status = async () => record(await qmp.execute('query-migrate', {}, signal)).status;
    await this.#until(async () => ['completed', 'failed'].includes(String(await status())), MIGRATE_LIMIT_MS, signal);
    if ((await status()) !== 'completed') throw new AppError('qemuFailed', { message: 'the state of a template could not be written' });
    await qmp.execute('quit', {}, signal).catch(() => {});
    await qmp.ended;
  }

  async #until(holds: () => Promise<boolean>, limitMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const end = clock.monotonic() + limitMs;
    while (!(await holds())) {
      if (clock.monotonic() > end) throw new AppError('timedOut', { what: 'The template', seconds: limitMs / 1000 });
      await clock.sleep(POLL_MS, signal);
    }
  }

  /** What a crash left behind, and the oldest of too many. */
  async #sweep(signal: AbortSignal): Promise<void> {
    const { host, dir } = this.#options;
    const used: { name: string; atMs: number }[] = [];
    for (const name of (await host.listFolder(dir, signal)) ?? []) {
      if (name.endsWith(UNFINISHED)) await host.remove(posix.join(dir, name), signal);
      else used.push({ name, atMs: Number(await readText(host, usedFile(this.#template(name)), signal)) });
    }
    used.sort((a, b) => b.atMs - a.atMs);
    for (const { name } of used.slice(KEPT - 1)) await host.remove(posix.join(dir, name), signal);
  }
}

/** The memory is in a file of its own and not in the stream. https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html (x-ignore-shared) */
const IGNORE_SHARED = { capabilities: [{ capability: 'x-ignore-shared', state: true }] };

/** A clone was launched and waits for its state on descriptor 3. Returns when it runs. @throws AppError when QEMU ends, or refuses */
export async function resumeClone(qmp: Qmp, clock: Clock, signal: AbortSignal): Promise<void> {
  await qmp.execute('migrate-set-capabilities', IGNORE_SHARED, signal);
  await qmp.execute('migrate-incoming', { uri: 'fd:3' }, signal);
  const end = clock.monotonic() + MIGRATE_LIMIT_MS;
  while (record(await qmp.execute('query-status', {}, signal)).status !== 'running') {
    if (clock.monotonic() > end) throw new AppError('timedOut', { what: 'The clone', seconds: MIGRATE_LIMIT_MS / 1000 });
    await clock.sleep(1, signal);
  }
}

function usedFile(template: Template): string {
  return posix.join(posix.dirname(template.state), 'used');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
