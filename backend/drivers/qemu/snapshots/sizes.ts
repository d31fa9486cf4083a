import { AppError } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';

/** Bytes that a folder's files take on the disk, by their names. */
export type Sizes = ReadonlyMap<string, number>;

const BLOCK = 512;

/** Holes are not counted, which the files' lengths would. */
export async function allocatedBytes(host: Host, folder: string, signal: AbortSignal): Promise<Sizes> {
  const argv = ['find', folder, '-maxdepth', '1', '-type', 'f', '-printf', '%b %f\\0'] as const;
  const { exitCode, stdout, stderr } = await host.exec(argv, {}, signal);
  if (exitCode !== 0) throw new AppError('commandFailed', { command: 'find', exitCode, message: stderr.trim() });
  const lines = stdout
    .toString()
    .split('\0')
    .filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(line.indexOf(' ') + 1), Number.parseInt(line, 10) * BLOCK]));
}
