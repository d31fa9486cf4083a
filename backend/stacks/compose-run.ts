import { posix } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { AppError } from '../core/index.ts';
import type { Argv, Host } from '../hosts/host.ts';
import type { FoundTool } from './tool.ts';
import { failureOf, podmanFailed } from './tool-words.ts';

export interface ComposeCommand {
  tool: FoundTool;
  env: Readonly<Record<string, string>>;
  files: readonly string[];
  name: string;
  /** `['up', '-d']` */
  args: readonly string[];
}

/** Tools that know them write plain lines as they come; the others do not mind. */
const PLAIN = { COMPOSE_ANSI: 'never', COMPOSE_PROGRESS: 'plain', PYTHONUNBUFFERED: '1' };

export function argvOf({ tool, files, name, args }: ComposeCommand): Argv {
  const [command, ...before] = tool.argv;
  return [command, ...before, ...files.flatMap((file) => ['-f', file]), '-p', name, ...args];
}

/** Runs it to its end, each line as it is written. An abort ends the tool and what it has started. @throws AppError composeFailed */
export async function runCompose(
  host: Host,
  { command, onLine }: { command: ComposeCommand; onLine: (line: string) => void },
  signal: AbortSignal,
): Promise<void> {
  const { tool, env, files, args } = command;
  const lines: string[] = [];
  const take = (line: string) => {
    lines.push(line);
    onLine(line);
  };
  const cwd = posix.dirname(files[0] ?? '/');
  await using process = await host.spawn(argvOf(command), { env: { ...env, ...PLAIN }, cwd }, signal);
  process.stdin.end();
  const abort = Promise.withResolvers<never>();
  const onAbort = () => abort.reject(new AppError('cancelled'));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const read = Promise.all([readLines(process.stdout, take), readLines(process.stderr, take)]);
    // After a cancel nobody waits for it any more.
    read.catch(() => {});
    await Promise.race([read, abort.promise]);
    const exitCode = await Promise.race([process.exited, abort.promise]);
    if (exitCode === 0 && !(tool.flavor === 'podman' && podmanFailed(lines))) return;
    throw new AppError('composeFailed', { command: `${tool.command} ${args[0]}`, message: failureOf(lines) });
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** A carriage return ends a line too: with it, tools write over what they have written. */
async function readLines(stream: NodeJS.ReadableStream, take: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split(/\r\n|\n|\r/);
    rest = parts.pop() ?? '';
    for (const part of parts) takeOne(part, take);
  }
  takeOne(rest, take);
}

function takeOne(part: string, take: (line: string) => void): void {
  const line = stripVTControlCharacters(part).trimEnd();
  if (line !== '') take(line);
}
