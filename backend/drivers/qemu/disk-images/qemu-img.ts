import { AppError } from '../../../core/index.ts';
import type { Argv, Host } from '../../../hosts/host.ts';
import { cancelled } from '../json-channel.ts';
import { imageError } from './errors.ts';

/** 0…1 */
export type OnProgress = (fraction: number) => void;

/** A damaged image is complained of cluster by cluster: the first and the last words are enough. */
const KEPT_WORDS = 4000;
const LONGEST_ANSWER = 16 * 1024 * 1024;

interface QemuImgResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** `qemu-img` to its end; an exit code other than 0 is a result. Aborting ends it. @throws AppError `commandMissing`, `cancelled` */
export async function runQemuImg(
  host: Host,
  of: { args: readonly string[]; onProgress?: OnProgress },
  signal: AbortSignal,
): Promise<QemuImgResult> {
  const argv: Argv = ['qemu-img', ...of.args];
  await using process = await host.spawn(argv, {}, signal);
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(cancelled(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  aborted.promise.catch(() => {});
  process.stdin.end();
  let stdout = '';
  let stderr = '';
  process.stdout.setEncoding('utf8');
  process.stdout.on('data', (text: string) => {
    if (of.onProgress === undefined) stdout = (stdout + text).slice(0, LONGEST_ANSWER);
    else for (const fraction of progressIn(text)) of.onProgress(fraction);
  });
  process.stderr.setEncoding('utf8');
  process.stderr.on('data', (text: string) => {
    stderr += text;
    if (stderr.length > 4 * KEPT_WORDS) stderr = shortened(stderr);
  });
  const ended = Promise.all([process.exited, ends(process.stdout), ends(process.stderr)]);
  try {
    const [exitCode] = await Promise.race([ended, aborted.promise]);
    return { exitCode, stdout, stderr: shortened(stderr) };
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The same, where all but 0 is a failure. @throws AppError what `imageError` makes of its words */
export async function mustRunQemuImg(
  host: Host,
  of: { args: readonly string[]; path: string; onProgress?: OnProgress },
  signal: AbortSignal,
): Promise<string> {
  const result = await runQemuImg(host, of, signal);
  if (result.exitCode === 0) return result.stdout;
  throw await imageError(host, { path: of.path, ...result }, signal);
}

/** `(12.34/100%)`, as `qemu-img -p` writes it again and again, each over the one before. */
export function progressIn(text: string): number[] {
  return [...text.matchAll(/\((\d+(?:\.\d+)?)\/100%\)/g)].map(([, percent]) => Math.min(1, Number(percent) / 100));
}

/** What `qemu-img --output=json` says. */
export function parseAnswer(stdout: string, path: string): unknown {
  try {
    return JSON.parse(stdout);
  } catch (error) {
    throw new AppError('diskUnusable', { path, message: 'qemu-img gave no answer that can be read' }, { cause: error });
  }
}

async function ends(stream: NodeJS.ReadableStream): Promise<void> {
  await new Promise<void>((resolve) => {
    stream.once('end', resolve);
    stream.once('close', resolve);
    stream.once('error', () => resolve());
  });
}

function shortened(words: string): string {
  return words.length <= 2 * KEPT_WORDS ? words : `${words.slice(0, KEPT_WORDS)}\n…\n${words.slice(-KEPT_WORDS)}`;
}
