import { z } from 'zod';
import { AppError } from '../core/index.ts';
import type { Host } from '../hosts/host.ts';
import { cancelled } from '../hosts/host-errors.ts';
import type { ImageFormat } from './image-header.ts';

const MIB = 1024 * 1024;
/** `qemu-img check` found nothing but clusters that nobody uses, or the format has no check. */
const HARMLESS = new Set([0, 3, 63]);

const imageInfo = z.object({
  format: z.string(),
  'virtual-size': z.number(),
  'backing-filename': z.string().optional(),
  'full-backing-filename': z.string().optional(),
  'format-specific': z
    .object({
      data: z.object({
        'data-file': z.string().optional(),
        extents: z.array(z.object({ filename: z.string() })).optional(),
      }),
    })
    .optional(),
});

/** qemu-img on files of `host`. Formats are always given: QEMU must not guess them from content that a guest may have written. */
export class QemuImg {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /**
   * Reads the file as `format` and checks its structure.
   * @throws AppError guestImageUnreadable, guestImageNeedsOthers
   */
  async inspect(of: { path: string; name: string; format: ImageFormat }, signal: AbortSignal): Promise<{ virtualBytes: number }> {
    const { path, name, format } = of;
    const asFormat = qemuName(format);
    const info = await this.#host.exec(['qemu-img', 'info', '--output=json', '-f', asFormat, path], {}, signal);
    if (info.exitCode !== 0) throw this.#unreadable(of, info.stderr);
    const { 'virtual-size': virtualBytes, ...rest } = imageInfo.parse(JSON.parse(info.stdout.toString()));
    const specific = rest['format-specific']?.data;
    const others = [rest['full-backing-filename'] ?? rest['backing-filename'], specific?.['data-file']];
    const extents = (specific?.extents ?? []).map(({ filename }) => filename).filter((file) => file !== path);
    const other = [...others, ...extents].find((file) => file !== undefined);
    if (other !== undefined) throw new AppError('guestImageNeedsOthers', { name, format, other });
    if (virtualBytes === 0) throw this.#unreadable(of, 'it is empty');
    if (asFormat !== 'raw') {
      const check = await this.#host.exec(['qemu-img', 'check', '-q', '-f', asFormat, path], {}, signal);
      if (!HARMLESS.has(check.exitCode)) throw this.#unreadable(of, check.stderr || check.stdout.toString());
    }
    return { virtualBytes };
  }

  /** How many bytes `convert` would write at most. */
  async measure(of: { path: string; name: string; format: ImageFormat }, signal: AbortSignal): Promise<number> {
    const argv = ['qemu-img', 'measure', '--output=json', '-f', qemuName(of.format), '-O', 'qcow2', of.path] as const;
    const result = await this.#host.exec(argv, {}, signal);
    if (result.exitCode !== 0) throw this.#unreadable(of, result.stderr);
    return z.object({ required: z.number() }).parse(JSON.parse(result.stdout.toString())).required;
  }

  /**
   * Writes a qcow2 of its own with all that a guest would read.
   * @param onProgress a fraction 0…1
   * @throws AppError guestImageUnreadable, noSpace
   */
  async convert(
    of: { path: string; name: string; format: ImageFormat; to: string },
    onProgress: (progress: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await using child = await this.#host.spawn(
      // By itself it would leave the result to the cache: after a crash of the host it would be ready and empty.
      ['qemu-img', 'convert', '-p', '-t', 'writeback', '-f', qemuName(of.format), '-O', 'qcow2', of.path, of.to],
      {},
      signal,
    );
    const stop = () => void child[Symbol.asyncDispose]();
    signal.addEventListener('abort', stop, { once: true });
    try {
      let stderr = '';
      child.stderr.on('data', (bytes: Buffer) => {
        stderr = `${stderr}${bytes}`.slice(0, 4096);
      });
      child.stdout.on('data', (bytes: Buffer) => {
        const percent = /\((?<percent>[\d.]+)\/100%\)\s*$/.exec(bytes.toString())?.groups?.percent;
        if (percent !== undefined) onProgress(Math.min(1, Number(percent) / 100));
      });
      const exitCode = await child.exited;
      if (signal.aborted) throw cancelled(signal);
      if (exitCode === 0) return;
      if (/No space left|Disk quota/i.test(stderr)) throw new AppError('noSpace', { path: of.to, neededMiB: 1 }, { detail: stderr });
      throw this.#unreadable(of, stderr);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** A disk that reads from `base` what was not written to it. @throws AppError noSpace, commandFailed */
  async createOverlay(of: { base: string; path: string; sizeBytes: number }, signal: AbortSignal): Promise<void> {
    await this.#run(['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', of.base, of.path, String(of.sizeBytes)], of, signal);
  }

  /** @throws AppError noSpace, commandFailed */
  async grow(of: { path: string; sizeBytes: number }, signal: AbortSignal): Promise<void> {
    await this.#run(['resize', '-q', '-f', 'qcow2', of.path, String(of.sizeBytes)], of, signal);
  }

  async #run(args: string[], { path, sizeBytes }: { path: string; sizeBytes: number }, signal: AbortSignal): Promise<void> {
    const { exitCode, stderr } = await this.#host.exec(['qemu-img', ...args], {}, signal);
    if (exitCode === 0) return;
    if (/No space left|Disk quota/i.test(stderr)) throw new AppError('noSpace', { path, neededMiB: Math.ceil(sizeBytes / MIB) });
    throw new AppError('commandFailed', { command: 'qemu-img', exitCode, message: stderr.trim() });
  }

  #unreadable({ name, path, format }: { name: string; path: string; format: ImageFormat }, words: string): AppError {
    const [line = ''] = words.trim().split('\n');
    const message = line
      .replace(/^qemu-img: /, '')
      .replaceAll(`'${path}'`, name)
      .replaceAll(path, name);
    return new AppError('guestImageUnreadable', { name, format, message: message || 'its structure is damaged' }, { detail: words.trim() });
  }
}

function qemuName(format: ImageFormat): string {
  return format === 'iso' ? 'raw' : format;
}
