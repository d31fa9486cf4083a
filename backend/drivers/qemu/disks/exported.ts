import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import { AppError } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import type { ExportedDisk } from '../../disks.ts';

const CLEAN_UP_MS = 30_000;

/** A file in the machine's folder that is removed when it has been taken away; a crash leaves it to the next sweep. @param of.files holds it until then */
export function exportedDisk(
  host: Host,
  of: { folder: string; name: string; files: Set<string> },
): Omit<ExportedDisk, 'sizeBytes'> & { path: string } {
  const path = posix.join(of.folder, `export-${randomBytes(4).toString('hex')}.part`);
  of.files.add(path);
  return {
    name: of.name,
    path,
    async *read(signal) {
      await using process = await host.spawn(['cat', '--', path], {}, signal);
      for await (const chunk of process.stdout) yield chunk as Uint8Array;
      const exitCode = await process.exited;
      if (exitCode !== 0) throw new AppError('commandFailed', { command: 'cat', exitCode, message: path });
    },
    async [Symbol.asyncDispose]() {
      of.files.delete(path);
      await host.remove(path, AbortSignal.timeout(CLEAN_UP_MS));
    },
  };
}
