import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import { type ImageFile, imageInfo, type OnProgress } from '../disk-images/index.ts';
import { mustRunQemuImg, parseAnswer } from '../disk-images/qemu-img.ts';
import type { FrozenFile } from './tree.ts';

/** Names that we give begin so: what bears one and is written down nowhere was left by a crash. */
const OURS = /^snap-.*[0-9a-f]{12}\.(qcow2|memory|fd|tpm)$/;

export function newMark(): string {
  return randomBytes(6).toString('hex');
}

export function newMemoryFile(): string {
  return `snap-${newMark()}.memory`;
}

export function isOurs(name: string): boolean {
  return OURS.test(name);
}

/** An empty qcow2 on `base`, which may be open elsewhere. In one folder it names it without one, so that the folder can move. */
export async function createOverlay(host: Host, of: { path: string; base: ImageFile }, signal: AbortSignal): Promise<void> {
  const { path, base } = of;
  const { virtualBytes } = await imageInfo(host, base, signal);
  // -u: the base may be locked by the machine that writes it; its size is given.
  const args = ['create', '-q', '-u', '-f', 'qcow2', '-F', base.format, '-b', nameFrom(path, base.path), path, String(virtualBytes)];
  await mustRunQemuImg(host, { args, path }, signal);
}

/** As an image of one folder names another. */
export function nameFrom(path: string, other: string): string {
  return posix.dirname(other) === posix.dirname(path) ? posix.basename(other) : other;
}

/** What `image` lies on: its path, and its name when it is in the same folder. */
export async function backingOf(host: Host, image: ImageFile, signal: AbortSignal): Promise<{ path: string; name: string | null } | null> {
  const { backing } = await imageInfo(host, image, signal);
  if (backing === null) return null;
  const folder = posix.dirname(image.path);
  const path = posix.resolve(folder, backing);
  return { path, name: posix.dirname(path) === folder ? posix.basename(path) : null };
}

export async function frozen(host: Host, image: ImageFile, signal: AbortSignal): Promise<FrozenFile> {
  return { name: posix.basename(image.path), format: image.format, backing: (await backingOf(host, image, signal))?.name ?? null };
}

const map = z.array(z.object({ length: z.number(), depth: z.number(), present: z.boolean().default(true), data: z.boolean() }));

/** Bytes of content in the image itself (index 0), in what it lies on (1), and so on down. */
export async function contentByDepth(host: Host, { path, format }: ImageFile, signal: AbortSignal): Promise<number[]> {
  const stdout = await mustRunQemuImg(host, { args: ['map', '-U', '-f', format, '--output=json', path], path }, signal);
  const extents = map.safeParse(parseAnswer(stdout, path));
  if (!extents.success) throw new AppError('diskUnusable', { path, message: extents.error.message });
  const bytes: number[] = [];
  for (const { length, depth, present, data } of extents.data) {
    if (present && data) bytes[depth] = (bytes[depth] ?? 0) + length;
  }
  return Array.from(bytes, (count) => count ?? 0);
}

/** Whether anything was written to it since it was made. */
export async function isUntouched(host: Host, image: ImageFile, signal: AbortSignal): Promise<boolean> {
  const stdout = await mustRunQemuImg(
    host,
    { args: ['map', '-U', '-f', image.format, '--output=json', image.path], path: image.path },
    signal,
  );
  const extents = map.safeParse(parseAnswer(stdout, image.path));
  return extents.success && !extents.data.some(({ depth, present }) => depth === 0 && present);
}

/**
 * Copies into `image` what only `below` holds, then lets it lie on what that lies on. What is read through `image` is the
 * same at every moment of it: aborted or cut off, it can be done again. Nobody may have `image` open.
 */
export async function pullUp(
  host: Host,
  of: { image: ImageFile; below: ImageFile; onProgress: OnProgress },
  signal: AbortSignal,
): Promise<void> {
  const { image, below } = of;
  const { backing } = await imageInfo(host, image, signal);
  // It was cut off after its last step.
  if (backing === null || posix.resolve(posix.dirname(image.path), backing) !== below.path) return;
  const target = await lowerOf(host, { path: image.path, below }, signal);
  const onto = target === null ? ['-b', ''] : ['-F', target.format, '-b', target.name];
  await mustRunQemuImg(
    host,
    { args: ['rebase', '-p', '-f', image.format, ...onto, image.path], path: image.path, onProgress: of.onProgress },
    signal,
  );
}

/** What `below` lies on, as `path` must name it. */
export async function lowerOf(
  host: Host,
  { path, below }: { path: string; below: ImageFile },
  signal: AbortSignal,
): Promise<{ path: string; name: string; format: string } | null> {
  const args = ['info', '-U', '-f', below.format, '--output=json', below.path];
  const answer = z
    .object({ 'backing-filename': z.string().optional(), 'backing-filename-format': z.string().default('raw') })
    .parse(parseAnswer(await mustRunQemuImg(host, { args, path: below.path }, signal), below.path));
  const name = answer['backing-filename'];
  if (name === undefined) return null;
  const lower = posix.resolve(posix.dirname(below.path), name);
  return { path: lower, name: nameFrom(path, lower), format: answer['backing-filename-format'] };
}
