import { AppError } from '../../../core/index.ts';
import { SHELL_NAME } from '../../shell-files/scripts.ts';
import { type ScriptCall, ScriptFailure, type Shell } from '../../shell-files/shell.ts';
import { execInGuest, type GuestExecDeps, runInGuest } from './guest-exec.ts';
import { readGuestFile, writeGuestFile } from './guest-files.ts';

const SHELL = '/bin/sh';
const CLEAN_UP_MS = 10_000;

/** Each runs the rest of its arguments, with its input from the file, or its output to it. */
const FROM_FILE = 'exec "$@" < "$0"';
const TO_FILE = 'exec "$@" > "$0"';

/**
 * The guest's own shell by its agent. The agent tells what a program wrote only after its end, and 16 MiB of it at most: what may
 * be longer goes through a file of the guest, which is removed after it.
 */
export function guestShell(deps: GuestExecDeps): Shell {
  const { agent } = deps;

  async function run(argv: readonly string[], signal: AbortSignal): Promise<Buffer> {
    const { exitCode, output, errors, truncated } = await execInGuest(deps, { argv }, signal);
    if (truncated) throw new AppError('guestCommandFailed', { command: SHELL, message: 'the folder is too large to show' });
    if (exitCode === 0) return output;
    throw new ScriptFailure(exitCode, output, errors.toString());
  }

  return {
    root: '/',
    knowsNames: true,
    async run(call, signal) {
      const { input } = call;
      if (input === undefined) return await run(commandOf(call), signal);
      await using file = await temporaryFile(deps, signal);
      await writeGuestFile(agent, { path: file.path, bytes: input }, signal);
      return await run([SHELL, '-c', FROM_FILE, file.path, ...commandOf(call)], signal);
    },
    async *stream(call, signal) {
      await using file = await temporaryFile(deps, signal);
      await run([SHELL, '-c', TO_FILE, file.path, ...commandOf(call)], signal);
      yield* readGuestFile(agent, file.path, signal);
    },
  };
}

function commandOf({ script, args }: ScriptCall): string[] {
  return [SHELL, '-c', script, SHELL_NAME, ...args];
}

async function temporaryFile(deps: GuestExecDeps, signal: AbortSignal): Promise<{ path: string } & AsyncDisposable> {
  const output = await runInGuest(deps, { argv: ['mktemp', '/var/tmp/catamaran-XXXXXXXXXX'] }, signal);
  const path = output.toString().trim();
  if (!/^\/var\/tmp\/catamaran-\w+$/.test(path)) throw new AppError('guestAgentConfused', { command: 'mktemp' });
  return {
    path,
    async [Symbol.asyncDispose]() {
      await runInGuest(deps, { argv: ['rm', '-f', path] }, AbortSignal.timeout(CLEAN_UP_MS)).catch(() => {});
    },
  };
}
