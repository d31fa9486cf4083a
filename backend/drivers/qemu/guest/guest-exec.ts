import { z } from 'zod';
import { AppError, type Clock, type Logger, messageOf } from '../../../core/index.ts';
import { cancelled } from '../json-channel.ts';
import type { GuestAgent } from './guest-agent.ts';

const FIRST_LOOK_MS = 20;
const SLOWEST_LOOK_MS = 500;
const KILL_LIMIT_MS = 10_000;

export interface GuestCommand {
  argv: readonly string[];
  input?: Uint8Array;
}

/** How a program of the guest ended. The agent keeps 16 MiB of its output and of its errors each. */
export interface GuestExit {
  exitCode: number | null;
  signal: number | null;
  output: Buffer;
  errors: Buffer;
  truncated: boolean;
}

export interface GuestExecDeps {
  agent: GuestAgent;
  clock: Clock;
  logger: Logger;
}

const base64 = z.string().transform((text) => Buffer.from(text, 'base64'));
const started = z.object({ pid: z.int().positive() });
const status = z.object({
  exited: z.boolean(),
  exitcode: z.int().optional(),
  signal: z.int().optional(),
  'out-data': base64.optional(),
  'err-data': base64.optional(),
  'out-truncated': z.boolean().optional(),
  'err-truncated': z.boolean().optional(),
});

/**
 * Runs a program in the guest to its end; the agent tells its output then and not before. When the signal aborts, the program
 * is killed. @throws AppError guestRefused for a program that cannot be started
 */
export async function execInGuest(deps: GuestExecDeps, { argv, input }: GuestCommand, signal: AbortSignal): Promise<GuestExit> {
  const { agent, clock } = deps;
  const [path = '', ...arg] = argv;
  const data = input === undefined ? {} : { 'input-data': Buffer.from(input).toString('base64') };
  const { pid } = await agent.call(
    { command: 'guest-exec', args: { path, arg, 'capture-output': true, ...data }, answer: started },
    signal,
  );
  try {
    for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(waitMs * 1.5, SLOWEST_LOOK_MS)) {
      const now = await agent.call({ command: 'guest-exec-status', args: { pid }, answer: status }, signal);
      if (now.exited) return toExit(now);
      await clock.sleep(waitMs, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    await kill(deps, pid);
    throw cancelled(signal);
  }
}

/** As execInGuest, for what has no meaning unless it works. @throws AppError guestCommandFailed */
export async function runInGuest(deps: GuestExecDeps, command: GuestCommand, signal: AbortSignal): Promise<Buffer> {
  const { exitCode, output, errors, truncated } = await execInGuest(deps, command, signal);
  if (exitCode === 0 && !truncated) return output;
  const message = truncated ? 'it says more than the agent keeps' : errors.toString().trim().slice(0, 300) || `it ended with ${exitCode}`;
  throw new AppError('guestCommandFailed', { command: command.argv[0] ?? '', message });
}

function toExit(now: z.output<typeof status>): GuestExit {
  return {
    exitCode: now.exitcode ?? null,
    signal: now.signal ?? null,
    output: now['out-data'] ?? Buffer.alloc(0),
    errors: now['err-data'] ?? Buffer.alloc(0),
    truncated: (now['out-truncated'] ?? false) || (now['err-truncated'] ?? false),
  };
}

/** Whoever cancelled is not kept waiting by a guest that does not answer. */
async function kill({ agent, logger }: GuestExecDeps, pid: number): Promise<void> {
  const args = { path: 'kill', arg: ['-KILL', String(pid)] };
  const limit = AbortSignal.timeout(KILL_LIMIT_MS);
  await agent.call({ command: 'guest-exec', args, answer: started }, limit).catch((error: unknown) => {
    logger.info('a program in a guest goes on after its cancel', { pid, error: messageOf(error) });
  });
}
