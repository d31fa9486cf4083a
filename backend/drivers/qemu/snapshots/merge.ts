import { posix } from 'node:path';
import type { Clock } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import type { ImageFile, OnProgress } from '../disk-images/index.ts';
import type { Qmp } from '../qmp.ts';
import { nodeOfFile, streamUp } from './nodes.ts';
import { lowerOf, pullUp } from './overlays.ts';
import type { FrozenFile, Removal } from './tree.ts';

export interface MergeParts {
  host: Host;
  clock: Clock;
  folder: string;
  /** Of the machine, when it runs. */
  qmp: Qmp | null;
  onProgress: OnProgress;
}

/** Makes a file that is to go unneeded: what is read through the one on it stays the same throughout. */
export async function mergeUp(
  parts: MergeParts,
  of: { removal: Removal & { into: string }; files: readonly FrozenFile[] },
  signal: AbortSignal,
): Promise<void> {
  const { host, qmp, clock, folder, onProgress } = parts;
  const at = (name: string): ImageFile => ({
    path: posix.join(folder, name),
    format: of.files.find((file) => file.name === name)?.format ?? 'qcow2',
  });
  const [image, below] = [at(of.removal.into), at(of.removal.file)];
  const node = qmp === null ? null : await nodeOfFile(qmp, image.path, signal);
  // QEMU opens whole chains: when it has the upper file, it has what it lies on.
  if (qmp === null || node === null) return await pullUp(host, { image, below, onProgress }, signal);
  const lower = await lowerOf(host, { path: image.path, below }, signal);
  const lowerNode = lower === null ? null : await nodeOfFile(qmp, lower.path, signal);
  const base = lower === null || lowerNode === null ? null : { node: lowerNode, name: lower.name };
  await streamUp(qmp, { clock, image: node, base, onProgress }, signal);
}
