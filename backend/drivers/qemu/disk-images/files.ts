import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import { AppError } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';

const PART = '.part';
const CLEAN_UP_MS = 30_000;

/** A file in the making. Disposed of before it became another, it is removed. */
export interface Unfinished extends AsyncDisposable {
  readonly path: string;
  /** Takes the place of what is there, in one step: a crash leaves the one or the other. */
  become(path: string): Promise<void>;
}

export function unfinished(host: Host, beside: string): Unfinished {
  const path = `${beside}.${randomBytes(4).toString('hex')}${PART}`;
  let done = false;
  return {
    path,
    async become(to) {
      const signal = AbortSignal.timeout(CLEAN_UP_MS);
      // What is named must be on the disk, or a power failure could leave an empty file under the name.
      await mustRun(host, ['sync', path], signal);
      await host.rename(path, to, signal);
      done = true;
    },
    async [Symbol.asyncDispose]() {
      if (!done) await host.remove(path, AbortSignal.timeout(CLEAN_UP_MS));
    },
  };
}

/** Removes what a crash left behind in a machine's folder; nobody else may be at work there. */
export async function sweepUnfinished(
  host: Host,
  { folder, except }: { folder: string; except: ReadonlySet<string> },
  signal: AbortSignal,
): Promise<void> {
  for (const name of (await host.listFolder(folder, signal)) ?? []) {
    const path = posix.join(folder, name);
    if (name.endsWith(PART) && !except.has(path)) await host.remove(path, signal);
  }
}

/** With its holes; shares blocks where the filesystem can. */
export async function copyFile(host: Host, of: { from: string; to: string }, signal: AbortSignal): Promise<void> {
  await mustRun(host, ['cp', '--reflink=auto', '--sparse=always', '--', of.from, of.to], signal);
}

async function mustRun(host: Host, argv: readonly [string, ...string[]], signal: AbortSignal): Promise<void> {
  const result = await host.exec(argv, {}, signal);
  if (result.exitCode === 0) return;
  const path = argv.at(-1) ?? '';
  if (/No space left/i.test(result.stderr)) throw new AppError('noSpace', { path: posix.dirname(path), neededMiB: 1 });
  if (/Permission denied|Read-only/i.test(result.stderr)) throw new AppError('fileDenied', { path });
  throw new AppError('commandFailed', { command: argv[0], exitCode: result.exitCode, message: result.stderr.trim() });
}
