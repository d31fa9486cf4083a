import { z } from 'zod';
import { AppError } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import { imageError } from './errors.ts';
import { copyFile, unfinished } from './files.ts';
import type { ImageFile } from './info.ts';
import { parseAnswer, runQemuImg } from './qemu-img.ts';

export interface CheckResult {
  /** Clusters that are taken and that nothing uses: they cost room, and nothing is wrong with the content. */
  leaks: number;
  /** Places where the image's tables contradict themselves or the file: content may be wrong or lost. */
  corruptions: number;
  /** Places that could not be read. */
  errors: number;
}

const answer = z.object({
  leaks: z.number().default(0),
  corruptions: z.number().default(0),
  'check-errors': z.number().default(0),
});

/** Exit codes of `qemu-img check` that come with an answer: clean, corruptions, leaks. */
const ANSWERED = [0, 2, 3];

/**
 * Raw images have nothing that could be checked.
 * @throws AppError `diskDamaged` when it cannot even be opened, `diskInUse`, `diskUncheckable`
 */
export async function checkImage(host: Host, { path, format }: ImageFile, signal: AbortSignal): Promise<CheckResult> {
  if (format === 'raw') throw new AppError('diskUncheckable', { path });
  const result = await runQemuImg(host, { args: ['check', '-f', format, '--output=json', path] }, signal);
  if (!ANSWERED.includes(result.exitCode)) throw await imageError(host, { path, stderr: result.stderr }, signal);
  return toResult(result.stdout, path);
}

/**
 * Mends a copy and puts it in the place of the image only when nothing is wrong with it any more. The image as it was stays
 * beside it, as `keptPath`: tables that agree again do not bring back content that was lost.
 * @throws AppError `diskUnrepairable`, and then nothing has changed; `diskDamaged`, `diskInUse`, `noSpace`
 */
export async function repairImage(
  host: Host,
  of: ImageFile & { keptPath: string },
  signal: AbortSignal,
): Promise<{ before: CheckResult; after: CheckResult }> {
  const { path, format } = of;
  const before = await checkImage(host, of, signal);
  await using copy = unfinished(host, path);
  await copyFile(host, { from: path, to: copy.path }, signal);
  const repair = await runQemuImg(host, { args: ['check', '-f', format, '-r', 'all', '--output=json', copy.path] }, signal);
  if (!ANSWERED.includes(repair.exitCode)) {
    throw new AppError('diskUnrepairable', { path, count: before.corruptions }, { detail: repair.stderr.trim() });
  }
  const after = await checkImage(host, { path: copy.path, format }, signal);
  if (after.corruptions > 0 || after.errors > 0) throw new AppError('diskUnrepairable', { path, count: after.corruptions });
  await host.rename(path, of.keptPath, signal);
  // From here on it must not stop half-way.
  await copy.become(path);
  return { before, after };
}

function toResult(stdout: string, path: string): CheckResult {
  const result = answer.safeParse(parseAnswer(stdout, path));
  if (!result.success) throw new AppError('diskUnusable', { path, message: result.error.message });
  const { leaks, corruptions, 'check-errors': errors } = result.data;
  return { leaks, corruptions, errors };
}
