import type { Duplex } from 'node:stream';
import type { TerminalSize } from '../../contract/index.ts';
import type { AppError, Clock, Logger } from '../../core/index.ts';
import type { Containers } from './containers.ts';
import type { ContainerInspect } from './engine-api.ts';
import type { EngineClient } from './engine-client.ts';
import type { Refusal } from './errors.ts';

export interface TerminalDeps {
  client: EngineClient;
  containers: Containers;
  clock: Clock;
  logger: Logger;
}

export interface TerminalRequest {
  container: ContainerInspect;
  size: TerminalSize;
  refused: (refusal: Refusal) => AppError | null;
}

/** Ctrl-P is the engines' default and every shell's "previous": a key that no program asks for takes its place. */
export const DETACH_KEYS = 'ctrl-^,ctrl-^,ctrl-^,ctrl-^';

/** Resolves when the connection is over, however it ended. */
export function closing(socket: Duplex): Promise<void> {
  return new Promise((resolve) => {
    socket.on('error', () => {});
    socket.once('close', resolve);
  });
}

/** What comes, as it comes, until the connection is over: whoever closes a terminal wants no error for it. */
export async function* outputOf(socket: Duplex): AsyncGenerator<Uint8Array, void> {
  try {
    yield* socket as AsyncIterable<Buffer>;
  } catch {
    // The exit code tells the rest.
  }
}

/** The connection ends a moment before the engine knows the exit code. Null when it cannot be known. */
export async function exitCodeOf(
  ask: () => Promise<{ Running: boolean; ExitCode: number | null }>,
  { clock, logger }: Pick<TerminalDeps, 'clock' | 'logger'>,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    for (let waitMs = 2; waitMs < 2_000; waitMs *= 2) {
      const { Running, ExitCode } = await ask();
      if (!Running) return ExitCode;
      await clock.sleep(waitMs, signal);
    }
  } catch (error) {
    if (!signal.aborted) logger.debug('the exit code of a terminal is not known', { error });
  }
  return null;
}
