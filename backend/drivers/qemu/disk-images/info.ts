import { z } from 'zod';
import type { DiskFormat } from '../../../contract/index.ts';
import { AppError } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import { mustRunQemuImg, parseAnswer } from './qemu-img.ts';

/** One image, and one link of a chain. */
export interface DiskImage {
  path: string;
  /** `qcow2`, `raw`, `vmdk`… */
  format: string;
  /** What a guest sees of it. */
  virtualBytes: number;
  /** What its file takes on the host, counted in allocated blocks. */
  allocatedBytes: number;
  clusterBytes: number | null;
  /** Marked by QEMU as damaged when it met the damage. */
  corrupt: boolean;
  /** Kept inside of the image. */
  snapshots: { id: string; name: string; createdAtMs: number; stateBytes: number }[];
  /** What it is built upon, as it names it: a path, from its own folder on when it is not absolute. */
  backing: string | null;
  /** Where its content is, when that is not in its own file. */
  dataFiles: string[];
}

const answer = z.object({
  filename: z.string(),
  format: z.string(),
  'virtual-size': z.number(),
  'actual-size': z.number().default(0),
  'cluster-size': z.number().optional(),
  'backing-filename': z.string().optional(),
  snapshots: z.array(z.object({ id: z.string(), name: z.string(), 'date-sec': z.number(), 'vm-state-size': z.number() })).default([]),
  'format-specific': z
    .object({
      data: z
        .object({
          corrupt: z.boolean().default(false),
          'data-file': z.string().optional(),
          extents: z.array(z.object({ filename: z.string() })).optional(),
        })
        .loose(),
    })
    .loose()
    .optional()
    // Other formats say other things there.
    .catch(undefined),
});

/** An image that a running machine writes is looked at without its lock: the numbers may be a moment old. */
export interface ImageFile {
  path: string;
  /** Never guessed from the content: a guest that writes a raw disk could make it look like any other. */
  format: DiskFormat;
}

/** @throws AppError `diskDamaged`, `diskUnusable`, `fileMissing`, `commandMissing` */
export async function imageInfo(host: Host, { path, format }: { path: string; format: string }, signal: AbortSignal): Promise<DiskImage> {
  const stdout = await mustRunQemuImg(host, { args: ['info', '-U', '-f', format, '--output=json', path], path }, signal);
  return toImage(parseAnswer(stdout, path), path);
}

/** The same of one that nobody writes to. @throws AppError as `imageInfo`, and `diskInUse` */
export async function lockedInfo(host: Host, { path, format }: ImageFile, signal: AbortSignal): Promise<DiskImage> {
  const stdout = await mustRunQemuImg(host, { args: ['info', '-f', format, '--output=json', path], path }, signal);
  return toImage(parseAnswer(stdout, path), path);
}

/** The image first, then what it is built upon, to the last. @throws AppError as `imageInfo`, and `diskBaseMissing` */
export async function imageChain(host: Host, { path, format }: ImageFile, signal: AbortSignal): Promise<DiskImage[]> {
  const args = ['info', '-U', '-f', format, '--backing-chain', '--output=json', path];
  const chain = parseAnswer(await mustRunQemuImg(host, { args, path }, signal), path);
  return (Array.isArray(chain) ? chain : [chain]).map((image) => toImage(image, path));
}

function toImage(value: unknown, path: string): DiskImage {
  const result = answer.safeParse(value);
  if (!result.success) throw new AppError('diskUnusable', { path, message: result.error.message });
  const info = result.data;
  const data = info['format-specific']?.data;
  return {
    path: info.filename,
    format: info.format,
    virtualBytes: info['virtual-size'],
    allocatedBytes: info['actual-size'],
    clusterBytes: info['cluster-size'] ?? null,
    corrupt: data?.corrupt ?? false,
    snapshots: info.snapshots.map((snapshot) => ({
      id: snapshot.id,
      name: snapshot.name,
      createdAtMs: snapshot['date-sec'] * 1000,
      stateBytes: snapshot['vm-state-size'],
    })),
    backing: info['backing-filename'] ?? null,
    dataFiles: [
      ...(data?.['data-file'] === undefined ? [] : [data['data-file']]),
      ...(data?.extents ?? []).map(({ filename }) => filename),
    ],
  };
}
