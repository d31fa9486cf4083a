import { dirname } from 'node:path/posix';
import { text } from 'node:stream/consumers';
import { AppError, type Clock } from '../../../core/index.ts';
import type { Argv, Host } from '../../../hosts/host.ts';
import { EngineClient } from '../engine-client.ts';

const ANSWER_TIMEOUT_MS = 30_000;
const POLL_MS = 20;
/** Kept of what it says, for the message when it fails. */
const WORDS = 2_000;

export interface Service extends AsyncDisposable {
  readonly exited: Promise<number>;
}

export function serviceCommand(socket: string): Argv {
  return ['podman', 'system', 'service', '--time=0', `unix://${socket}`];
}

/** Returns once it answers. @throws AppError embeddedEngineFailed with Podman's own words, commandMissing */
export async function launchService(
  { host, clock, socket, env }: { host: Host; clock: Clock; socket: string; env: Record<string, string> },
  signal: AbortSignal,
): Promise<Service> {
  // conmon drops files (`oom`) where Podman was started: not into the folder of whoever started us.
  const service = await host.spawn(serviceCommand(socket), { env, cwd: dirname(socket) }, signal);
  let words = '';
  const listen = (chunk: Buffer | string) => {
    words = (words + chunk.toString()).slice(-WORDS);
  };
  service.stdout.on('data', listen);
  service.stderr.on('data', listen);
  let ended = false;
  service.exited.then(() => {
    ended = true;
  });
  using client = new EngineClient({ name: 'Podman', endpoint: socket }, (abort) => host.dial({ unixPath: socket }, abort));
  try {
    const deadline = clock.monotonic() + ANSWER_TIMEOUT_MS;
    while (!(await answers(client, signal))) {
      if (ended) throw failed(words);
      if (clock.monotonic() > deadline) throw failed(words || `no answer within ${ANSWER_TIMEOUT_MS / 1000} s`);
      await clock.sleep(POLL_MS, signal);
    }
    return service;
  } catch (error) {
    await service[Symbol.asyncDispose]();
    throw error;
  }
}

export function failed(words: string): AppError {
  const lines = words.trim().split('\n');
  return new AppError('embeddedEngineFailed', { message: lines.at(-1)?.replace(/^Error: /, '') || 'it said nothing' }, { detail: words });
}

async function answers(client: EngineClient, signal: AbortSignal): Promise<boolean> {
  try {
    await text(await client.stream({ method: 'GET', path: '/_ping' }, signal));
    return true;
  } catch (error) {
    if (signal.aborted) throw error;
    return false;
  }
}
