import type { Host } from '../hosts/host.ts';
import { type FileSource, MAX_FILE_BYTES, type SourceFile } from './files.ts';

/**
 * Files of a host that is not this machine: all that are open are fetched by one command, and read from what it brought.
 * Its own uptime is the clock, so that the way there and back does not blur the rates (its steps are 10 ms).
 */
export class RemoteFiles implements FileSource {
  readonly bytes = Buffer.allocUnsafe(MAX_FILE_BYTES);
  readonly #host: Host;
  readonly #open = new Map<string, number>();
  #fetched: { nowMs: number; paths: ReadonlySet<string>; contents: ReadonlyMap<string, Buffer> } | null = null;
  #fetching = false;

  constructor(host: Host) {
    this.#host = host;
  }

  open(path: string): SourceFile {
    this.#open.set(path, (this.#open.get(path) ?? 0) + 1);
    return { path, read: () => this.#read(path), close: () => this.#close(path) };
  }

  nowMs(): number {
    return this.#fetched?.nowMs ?? Number.NaN;
  }

  countProcesses(): number {
    return Number.NaN;
  }

  /** One fetch at a time; a host that does not answer in time brings no samples, which a graph shows as a gap. */
  async refresh(signal: AbortSignal): Promise<void> {
    if (this.#fetching || this.#open.size === 0) return;
    this.#fetching = true;
    try {
      const paths = ['/proc/uptime', ...this.#open.keys()];
      const { stdout } = await this.#host.exec(['head', '-v', '-c', String(MAX_FILE_BYTES), '--', ...paths], {}, signal);
      const contents = splitHeads(stdout, paths);
      const seconds = Number.parseFloat(contents.get('/proc/uptime')?.toString('latin1') ?? '');
      this.#fetched = { nowMs: Math.round(seconds * 1000), paths: new Set(paths), contents };
    } finally {
      this.#fetching = false;
    }
  }

  #read(path: string): number {
    if (this.#fetched === null || !this.#fetched.paths.has(path)) return 0;
    return this.#fetched.contents.get(path)?.copy(this.bytes) ?? -1;
  }

  #close(path: string): void {
    const left = (this.#open.get(path) ?? 1) - 1;
    if (left === 0) this.#open.delete(path);
    else this.#open.set(path, left);
  }
}

/** Takes the output of `head -v` apart: `==> path <==`, the file, and a blank line before the next. Missing files have no part. */
export function splitHeads(output: Buffer, paths: readonly string[]): Map<string, Buffer> {
  const parts: { path: string; headAt: number; bodyAt: number }[] = [];
  let from = 0;
  for (const path of paths) {
    const head = Buffer.from(`==> ${path} <==\n`);
    const at = output.indexOf(head, from);
    if (at < 0) continue;
    from = at + head.length;
    parts.push({ path, headAt: at, bodyAt: from });
  }
  return new Map(
    parts.map(({ path, bodyAt }, index) => {
      const next = parts[index + 1];
      return [path, output.subarray(bodyAt, next === undefined ? output.length : next.headAt - 1)];
    }),
  );
}
