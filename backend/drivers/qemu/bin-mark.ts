import { posix } from 'node:path';
import { z } from 'zod';
import type { Host } from '../../hosts/host.ts';

/** `bin.json` in a machine's folder: it was removed, and everything of it is still there, where its disks name each other. */
export const binMark = z.object({ name: z.string(), binnedAtMs: z.number() });
export type BinMark = z.infer<typeof binMark>;

export function formatBinMark(value: BinMark): string {
  return `${JSON.stringify(value)}\n`;
}

export async function isBinned(host: Host, folder: string, signal: AbortSignal): Promise<boolean> {
  return (await host.stat(binFile(folder), signal)) !== null;
}

export function binFile(folder: string): string {
  return posix.join(folder, 'bin.json');
}
