import { once } from 'node:events';
import { type Duplex, Readable } from 'node:stream';
import { AppError, type Clock, type Logger, systemCode } from '../../../core/index.ts';
import { type ScriptCall, ScriptFailure, type Shell } from '../../shell-files/shell.ts';
import { missing } from '../containers.ts';
import type { ExecInspect } from '../engine-api.ts';
import type { EngineClient } from '../engine-client.ts';
import type { Refusal } from '../errors.ts';
import { frames } from '../frames.ts';
import { closing, exitCodeOf } from '../terminal-connection.ts';

/** More than any folder's listing that could still be shown. */
const MAX_OUTPUT_BYTES = 128 * 1024 * 1024;
const MAX_WORDS_BYTES = 16 * 1024;

export interface ShellDeps {
  client: EngineClient;
  clock: Clock;
  logger: Logger;
}

/** Where scripts are run: a container with a shell and, as it sees it, the root of the files. */
export interface ShellPlace {
  containerId: string;
  /** For sentences. */
  name: string;
  root: string;
  /** The command that runs the script with its arguments; `writes`: whether it will change anything. */
  command(script: string, args: readonly string[], options: { writes: boolean }): string[];
  /** Whether owners' names are those of the files' own place. */
  knowsNames: boolean;
}

export interface ScriptRun {
  command: string[];
  input?: AsyncIterable<Uint8Array>;
}

export function shellAt(deps: ShellDeps, place: ShellPlace): Shell {
  const toRun = ({ script, args, writes, input }: ScriptCall): ScriptRun => ({
    command: place.command(script, args, { writes }),
    ...(input === undefined ? {} : { input }),
  });
  return {
    root: place.root,
    knowsNames: place.knowsNames,
    run: (call, signal) => runScript(deps, place, toRun(call), signal),
    stream: (call, signal) => streamScript(deps, place, toRun(call), signal),
  };
}

/** Runs to the end. @throws ScriptFailure, AppError */
export async function runScript(deps: ShellDeps, place: ShellPlace, run: ScriptRun, signal: AbortSignal): Promise<Buffer> {
  const output: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of streamScript(deps, place, run, signal)) {
      bytes += chunk.length;
      if (bytes > MAX_OUTPUT_BYTES)
        throw new AppError('fileCommandFailed', { path: place.name, message: 'the folder is too large to show' });
      output.push(chunk);
    }
  } catch (error) {
    if (error instanceof ScriptFailure) throw new ScriptFailure(error.exitCode, Buffer.concat(output), error.words);
    throw error;
  }
  return Buffer.concat(output);
}

/**
 * Its output as it comes; not reading it pauses the script. Throws at the end when the script fails, and when its input does;
 * leaving early ends the connection, and with it the script.
 */
async function* streamScript(
  deps: ShellDeps,
  place: ShellPlace,
  { command, input }: ScriptRun,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  const { client } = deps;
  const refused = (refusal: Refusal) => notRunning(refusal, place.name) ?? missing(refusal);
  const body = { AttachStdin: input !== undefined, AttachStdout: true, AttachStderr: true, Tty: false, User: '0', Cmd: command };
  const { Id } = await client.call<{ Id: string }>(
    { method: 'POST', path: `/containers/${place.containerId}/exec`, body, refused },
    signal,
  );
  const socket = await client.upgrade({ method: 'POST', path: `/exec/${Id}/start`, body: { Detach: false, Tty: false }, refused }, signal);
  const closed = closing(socket);
  const onAbort = () => socket.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  let inputFailure: unknown;
  const over = new AbortController();
  void closed.then(() => over.abort());
  const fed =
    input === undefined
      ? Promise.resolve()
      : feed(input, socket, over.signal).catch((error: unknown) => {
          // A script that has read enough, or has failed, closes; that says nothing of the input.
          const code = systemCode(error);
          if (code === 'EPIPE' || code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ERR_STREAM_DESTROYED') return;
          inputFailure = error;
          socket.destroy();
        });
  let words = '';
  let complete = false;
  try {
    for await (const batch of frames(socket as unknown as AsyncIterable<Buffer>)) {
      for (const { stream, payload } of batch) {
        if (stream === 'stdout') {
          over.abort();
          yield payload;
        } else if (words.length < MAX_WORDS_BYTES) words += payload.toString();
      }
    }
    complete = true;
  } catch (error) {
    if (inputFailure === undefined && !signal.aborted) throw client.translate(error, signal);
  } finally {
    signal.removeEventListener('abort', onAbort);
    if (!complete) socket.destroy();
  }
  socket.destroy();
  await closed;
  await fed;
  if (signal.aborted) throw client.translate(new Error('aborted'), signal);
  const ask = () => client.call<ExecInspect>({ method: 'GET', path: `/exec/${Id}/json`, refused }, signal);
  const exitCode = await exitCodeOf(ask, deps, signal);
  if (inputFailure !== undefined) throw inputFailure;
  if (exitCode !== 0) throw new ScriptFailure(exitCode, Buffer.alloc(0), words);
}

/** To its end, or until the script wants no more of it. What the script still says is heard either way: a pipeline would cut it off. */
async function feed(input: AsyncIterable<Uint8Array>, socket: Duplex, over: AbortSignal): Promise<void> {
  const source = Readable.from(input, { objectMode: false });
  over.addEventListener('abort', () => source.destroy(), { once: true });
  try {
    for await (const chunk of source) {
      if (!socket.write(chunk)) await once(socket, 'drain', { signal: over });
    }
  } catch (error) {
    if (!over.aborted) throw error;
  }
  socket.end();
}

function notRunning({ message }: Refusal, name: string): AppError | null {
  if (!/is not running|is paused|state improper|is restarting|can only create exec sessions on running/i.test(message)) return null;
  return new AppError('machineWrongState', { name, state: /paused/.test(message) ? 'paused' : 'stopped', action: 'files' });
}
