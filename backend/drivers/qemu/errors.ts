import type { Problem } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { imageError } from './disk-images/index.ts';

/** What QEMU said when it did not start. */
export async function launchError(
  host: Host,
  { stderr, nextPort }: { stderr: string; nextPort: (port: number) => Promise<number> },
  signal: AbortSignal,
): Promise<AppError> {
  const text = qemuWords(stderr);
  const taken = /host forwarding rule '\w+:[^']*?:(\d+)-/.exec(text);
  if (taken !== null) {
    const port = Number(taken[1]);
    return new AppError('portTaken', { port, owner: 'another program', next: await nextPort(port) }, { detail: text });
  }
  // It names the whole option, with the disk's file in it.
  const [, words = '', file] = /-blockdev (\{.*"filename":\s*("(?:[^"\\]|\\.)*").*)/s.exec(stderr) ?? [];
  if (file !== undefined)
    return await imageError(host, { path: JSON.parse(file), stderr: words.slice(words.lastIndexOf('}: ') + 3) }, signal);
  if (/No space left on device/i.test(text)) return new AppError('qemuFailed', { message: 'the disk is full' }, { detail: text });
  return new AppError('qemuFailed', { message: text }, { detail: stderr.trim() });
}

/** The last line that says something, without the program's name before it. */
export function qemuWords(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^qemu-system-\w+: /, '').trim())
    .filter((line) => line !== '');
  return lines.at(-1) ?? 'it said nothing';
}

/** As the guest's `failed` event says it. */
export function guestProblem(reason: string, message: string): Problem {
  if (reason === 'entrypointMissing') return new AppError('entrypointMissing', { entrypoint: message }).problem;
  if (reason === 'entrypointFailed') return new AppError('entrypointFailed', { message }).problem;
  if (reason === 'qemuFailed') return new AppError('qemuFailed', { message }).problem;
  return new AppError('guestFailed', { message }).problem;
}
