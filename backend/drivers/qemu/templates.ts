import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { z } from 'zod';
import { templateKind, type VmTemplate } from '../../contract/index.ts';
import { AppError, type Clock, isAbort, type Logger, messageOf } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { PreparedPlatform } from './platform.ts';
import { killProcess, readText } from './process.ts';
import { recordTemplate, type TemplateFiles, type TemplateRun, type TemplateShape } from './template-recording.ts';
import { leaving } from './template-room.ts';
import { type VmFiles, vmFiles } from './vm-files.ts';

/** A template that is wanted. */
export interface TemplateOrder {
  shape: TemplateShape;
  /** The image's disk, for a warm one. */
  base: string | null;
}

/** A guest that was kept to go on from: before it is anyone's, or when its workload was ready (assets/guest/init/template.c). */
export interface Template extends TemplateFiles {
  key: string;
  kind: 'generic' | 'warm';
  run: TemplateRun;
}

/** Of a workload's start. */
export interface TemplateUse {
  /** What it would have liked to have, the best first. */
  wanted: TemplateOrder[];
  /** What it went on from. */
  used: Template | null;
}

export interface TemplatesOptions {
  host: Host;
  dir: string;
  runDir: string;
  version: string;
  /** Keys of those that machines run from. */
  inUse: () => ReadonlySet<string>;
  clock: Clock;
  logger: Logger;
}

/** What of a template stands beside its files; written last. */
const manifest = z.object({
  kind: templateKind,
  image: z.string().nullable(),
  cpus: z.number(),
  memoryBytes: z.number(),
  diskBytes: z.number(),
  madeAtMs: z.number(),
  buildMs: z.number(),
  run: z.object({
    logBytes: z.number(),
    ready: z.object({ kernelRelease: z.string().nullable(), hasShell: z.boolean().nullable() }).optional(),
  }),
});
type Manifest = z.infer<typeof manifest>;

/** Raised by every change of the guest's devices or of this file's layout: an older template fits no more. */
const LAYOUT = 4;
/** Sockets lie below a folder of this name: their paths are short. */
const KEY_LENGTH = 12;
const UNFINISHED = '.part';

/**
 * Templates by all that a clone must share: kernel, init, QEMU, accelerator, machine, processors, memory, size of the disk, and for
 * warm ones image and process. When any of it changes, the key is another one, and a new template is made.
 */
export class Templates {
  readonly #options: TemplatesOptions;
  readonly #making = new Map<string, Promise<void>>();
  readonly #sums = new WeakMap<Buffer, string>();
  /** Tried and not possible, until the app ends: a workload that ends by itself, say. */
  readonly #refused = new Set<string>();
  #swept: Promise<void> | null = null;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: TemplatesOptions) {
    this.#options = options;
  }

  /** Null when there is none. */
  async find(prepared: PreparedPlatform, shape: TemplateShape, signal: AbortSignal): Promise<Template | null> {
    const key = this.#key(prepared, shape);
    const known = await this.#manifest(key, signal);
    return known === null ? null : { ...filesAt(posix.join(this.#options.dir, key)), key, kind: known.kind, run: known.run };
  }

  /** It goes later than those that were not used for longer. */
  async noteUse(template: Template, signal: AbortSignal): Promise<void> {
    const { host, clock } = this.#options;
    await this.#inTurn(async () => {
      // Removed meanwhile: its folder would be there again, with nothing else in it.
      if ((await this.#manifest(template.key, signal)) === null) return;
      await host.writeFile(usedFile(template), `${clock.now()}\n`, {}, signal);
    });
  }

  /** Makes it unless it is there, or being made. What goes wrong is logged: machines start without it. */
  async prepare(of: TemplateOrder & { prepared: PreparedPlatform }, signal: AbortSignal): Promise<void> {
    const { logger } = this.#options;
    const key = this.#key(of.prepared, of.shape);
    if (this.#making.has(key) || this.#refused.has(key) || (await this.#manifest(key, signal)) !== null) return;
    const making = this.#make({ ...of, key }, signal)
      .catch((error: unknown) => {
        if (isAbort(error)) return;
        this.#refused.add(key);
        logger.warn('a template could not be made', { key, error: messageOf(error) });
      })
      .finally(() => this.#making.delete(key));
    this.#making.set(key, making);
    await making;
  }

  /** It did not work: it is made anew when it is wanted again. */
  async forget(template: Pick<Template, 'key'>, signal: AbortSignal): Promise<void> {
    await this.#inTurn(() => this.#remove(template.key, signal));
  }

  /** Newest use first. */
  async list(signal: AbortSignal): Promise<Omit<VmTemplate, 'engineId' | 'machines'>[]> {
    const found = await Promise.all((await this.#keys(signal)).map(async (key) => await this.#describe(key, signal)));
    return found.filter((one) => one !== null).toSorted((a, b) => b.usedAtMs - a.usedAtMs);
  }

  /** Machines that run go on: they have what they need open. */
  async remove(keys: readonly string[] | null, signal: AbortSignal): Promise<void> {
    this.#refused.clear();
    for (const key of await this.#keys(signal)) if (keys === null || keys.includes(key)) await this.forget({ key }, signal);
  }

  /** It is the same for all machines, and megabytes. */
  #sumOf(initrd: Buffer): string {
    const sum = this.#sums.get(initrd) ?? sha256(initrd);
    this.#sums.set(initrd, sum);
    return sum;
  }

  #key({ platform, processor, initrd }: PreparedPlatform, shape: TemplateShape): string {
    const parts = { layout: LAYOUT, version: this.#options.version, platform, processor, initrd: this.#sumOf(initrd), ...shape };
    return sha256(Buffer.from(JSON.stringify(parts))).slice(0, KEY_LENGTH);
  }

  async #keys(signal: AbortSignal): Promise<string[]> {
    const names = (await this.#options.host.listFolder(this.#options.dir, signal)) ?? [];
    return names.filter((name) => /^[0-9a-f]+$/.test(name));
  }

  async #manifest(key: string, signal: AbortSignal): Promise<Manifest | null> {
    const text = await readText(this.#options.host, manifestFile(posix.join(this.#options.dir, key)), signal);
    try {
      return text === '' ? null : manifest.parse(JSON.parse(text));
    } catch {
      // Damaged; it is made anew.
      await this.#remove(key, signal);
      return null;
    }
  }

  async #describe(key: string, signal: AbortSignal) {
    const { host, dir } = this.#options;
    const folder = posix.join(dir, key);
    const found = await this.#manifest(key, signal);
    if (found === null) return null;
    const { run: _run, ...known } = found;
    const usedAtMs = Number(await readText(host, usedFile({ state: posix.join(folder, 'state') }), signal));
    return { key, ...known, sizeBytes: await this.#sizeOf(folder, signal), usedAtMs: usedAtMs || known.madeAtMs };
  }

  async #sizeOf(folder: string, signal: AbortSignal): Promise<number> {
    const { stdout } = await this.#options.host.exec(['du', '-s', '-k', folder], {}, signal);
    return Number.parseInt(stdout.toString(), 10) * 1024 || 0;
  }

  async #make(of: TemplateOrder & { key: string; prepared: PreparedPlatform }, signal: AbortSignal): Promise<void> {
    const { host, dir, runDir, clock, logger } = this.#options;
    this.#swept ??= this.#sweep(signal);
    await this.#swept;
    const { key, shape } = of;
    if ((await this.#leaving(0, signal)) === null) return logger.info('there is no room for a template: all are in use', { key });
    const files = vmFiles({ vmsDir: dir, runDir }, `${key}${UNFINISHED}`);
    const kind = shape.workload === null ? 'generic' : 'warm';
    const beganAt = clock.monotonic();
    try {
      await host.makeFolder(files.folder, signal);
      await host.makeFolder(files.runFolder, signal);
      const run = await recordTemplate(host, { ...of, files, to: filesAt(files.folder), clock }, signal);
      for (const file of [files.bootLog, files.events, files.qemuLog]) await host.remove(file, signal);
      const { cpus, memoryBytes, diskBytes, workload } = shape;
      const image = workload?.image.name ?? null;
      const buildMs = Math.round(clock.monotonic() - beganAt);
      const written: Manifest = { kind, image, cpus, memoryBytes, diskBytes, madeAtMs: clock.now(), buildMs, run };
      await host.writeFile(manifestFile(files.folder), `${JSON.stringify(written)}\n`, {}, signal);
      await this.#inTurn(() => this.#place(files.folder, key, signal));
      logger.info('a template was made', { key, kind, image, buildMs });
    } finally {
      await this.#clear(files);
    }
  }

  async #clear(files: VmFiles): Promise<void> {
    const { host } = this.#options;
    const always = new AbortController().signal;
    await killProcess(host, files, always);
    await host.remove(files.runFolder, always);
    await host.remove(files.folder, always);
  }

  /** What a crash left behind: half of a template, and what an older Catamaran kept. */
  async #sweep(signal: AbortSignal): Promise<void> {
    const { host, dir } = this.#options;
    for (const name of (await host.listFolder(dir, signal)) ?? []) {
      const whole = !name.endsWith(UNFINISHED) && (await host.stat(manifestFile(posix.join(dir, name)), signal)) !== null;
      if (!whole) await host.remove(posix.join(dir, name), signal);
    }
  }

  /** Among the others, of which some go for it. */
  async #place(folder: string, key: string, signal: AbortSignal): Promise<void> {
    const { host, dir } = this.#options;
    const gone = await this.#leaving(await this.#sizeOf(folder, signal), signal);
    if (gone === null) throw new AppError('qemuFailed', { message: 'it is too large to be kept beside those that are in use' });
    for (const one of gone) await this.#remove(one, signal);
    await host.rename(folder, posix.join(dir, key), signal);
  }

  async #remove(key: string, signal: AbortSignal): Promise<void> {
    await this.#options.host.remove(posix.join(this.#options.dir, key), signal);
  }

  /** What changes their folders: two at once would take the same room, or write into what is being removed. */
  async #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    await done;
  }

  async #leaving(sizeBytes: number, signal: AbortSignal): Promise<string[] | null> {
    return leaving(await this.list(signal), { sizeBytes, inUse: this.#options.inUse() });
  }
}

function filesAt(folder: string): TemplateFiles {
  const at = (name: string) => posix.join(folder, name);
  return { memory: at('memory'), state: at('state'), initrd: at('initrd'), disk: at('disk.qcow2'), outputLog: at('output.log') };
}

function manifestFile(folder: string): string {
  return posix.join(folder, 'template.json');
}

function usedFile(template: Pick<TemplateFiles, 'state'>): string {
  return posix.join(posix.dirname(template.state), 'used');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
