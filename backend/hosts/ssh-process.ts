import { randomBytes } from 'node:crypto';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { ClientChannel, PseudoTtyOptions } from 'ssh2';
import { AppError, messageOf } from '../core/index.ts';
import type { RunningProcess } from './collect.ts';
import type { Argv, ExecOptions } from './host.ts';
import { cancelled, commandMissing, throwIfCancelled } from './host-errors.ts';
import { GRACE_MS } from './local-process.ts';
import { quote, quoteAll } from './quote.ts';
import type { SshConnection } from './ssh-connection.ts';

/**
 * Runs before the command, in its process: says how it went and which process it is, since SSH says neither. sshd takes no
 * signals for root (session_signal_req) and none after the end of the input (ssh2), so ends are asked for by number; the
 * process leads its session, and so its group. Arguments: mark, folder, KEY=value…, --, command…
 */
const PREAMBLE = `
mark=$1 folder=$2; shift 2
say() { echo "$mark $*" >&2; }
if [ -n "$folder" ]; then cd -- "$folder" 2>/dev/null || { say folder; exit 1; }; fi
while [ "$1" != -- ]; do export "$1"; shift; done; shift
case $1 in
*/*) [ -e "$1" ] || { say missing; exit 127; }; [ -f "$1" ] && [ -x "$1" ] || { say denied; exit 126; };;
*) command -v -- "$1" >/dev/null 2>&1 || { say missing; exit 127; };;
esac
say pid $$
exec "$@"`;

const OPEN_ATTEMPTS = 10;
/** SSH_OPEN_CONNECT_FAILED (RFC 4254, 5.1). */
const CONNECT_FAILED = 2;

export interface SshProcess extends RunningProcess {
  readonly channel: ClientChannel;
}

interface LaunchOptions extends Pick<ExecOptions, 'env' | 'cwd'> {
  pty?: PseudoTtyOptions;
}

/** @throws AppError commandMissing, fileMissing (the folder), fileDenied, hostUnreachable, cancelled */
export async function launch(connection: SshConnection, argv: Argv, options: LaunchOptions, signal: AbortSignal): Promise<SshProcess> {
  const slot = await connection.sessions.take(signal);
  try {
    const mark = randomBytes(12).toString('hex');
    const env = Object.entries(options.env ?? {}).map(([key, value]) => `${key}=${value}`);
    // exec: the login shell is replaced, so that the process leads the session.
    const line = `exec sh -c ${quote(PREAMBLE)} sh ${quoteAll([mark, options.cwd ?? '', ...env, '--', ...argv])}`;
    const channel = await openChannel(connection, line, options.pty === undefined ? {} : { pty: options.pty });
    // Not abandoned when the call is cancelled meanwhile: it would run on, and nobody would know its number.
    const child = await settle(connection, { channel, argv, options, mark });
    // The server counts a session until its channel is closed, which comes after the exit.
    child.closed.then(slot[Symbol.dispose]);
    if (signal.aborted) {
      await child[Symbol.asyncDispose]();
      throw cancelled(signal);
    }
    return child;
  } catch (error) {
    slot[Symbol.dispose]();
    throw error;
  }
}

async function settle(
  connection: SshConnection,
  of: { channel: ClientChannel; argv: Argv; options: LaunchOptions; mark: string },
): Promise<SshProcess> {
  const { channel, argv, options, mark } = of;
  // Writing to a process that has ended is no fault of ours; its exit code tells the story.
  channel.on('error', () => {});
  const { exited, closed } = ends(connection, channel);
  const answer = await preambleAnswer(options.pty === undefined ? channel.stderr : channel, { mark, closed });
  throwIfLost(connection);
  const [word, pid] = answer;
  if (word !== 'pid') {
    channel.destroy();
    if (word === 'failed') throw new AppError('internal', { message: `the remote shell did not start: ${pid}` });
    if (word === 'folder') throw new AppError('fileMissing', { path: options.cwd ?? '' });
    if (word === 'denied') throw new AppError('fileDenied', { path: argv[0] });
    throw commandMissing(argv[0], connection.name);
  }
  return {
    channel,
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    exited,
    closed,
    async [Symbol.asyncDispose]() {
      // What nobody reads would hold back the end.
      channel.resume();
      channel.stderr.resume();
      await end(connection, { pid: pid ?? '', exited, signal: options.pty === undefined ? 'TERM' : 'HUP' });
      channel.destroy();
    },
  };
}

function ends(connection: SshConnection, channel: ClientChannel): { exited: Promise<number>; closed: Promise<unknown> } {
  const ended = Promise.withResolvers<number>();
  channel.once('exit', (code: number | null, signalName?: string) => {
    ended.resolve(code ?? 128 + (constants.signals[signalName as NodeJS.Signals] ?? 0));
  });
  const closed = Promise.withResolvers<void>();
  const gone = (message: string) => {
    ended.reject(connection.lost.aborted ? connection.lost.reason : new AppError('hostUnreachable', { host: connection.name, message }));
    closed.resolve();
    connection.lost.removeEventListener('abort', onLost);
  };
  const onLost = () => gone('the connection was closed');
  channel.once('close', () => gone('it ended the command without saying how'));
  connection.lost.addEventListener('abort', onLost);
  // Nobody may be waiting.
  ended.promise.catch(() => {});
  return { exited: ended.promise, closed: closed.promise };
}

/** Takes the preamble's line, and what a shell's start-up files may have said before it, off the stream. */
async function preambleAnswer(stream: Readable, of: { mark: string; closed: Promise<unknown> }): Promise<string[]> {
  const line = new RegExp(`${of.mark} ([^\\r\\n]*)\\r?\\n`);
  let seen: Buffer = Buffer.alloc(0);
  let open = true;
  const closed = of.closed.then(() => {
    open = false;
  });
  while (true) {
    const chunk: Buffer | null = stream.read();
    if (chunk !== null) {
      seen = Buffer.concat([seen, chunk]);
      const match = line.exec(seen.toString('latin1'));
      if (match === null) continue;
      const rest = seen.subarray(match.index + match[0].length);
      if (rest.length > 0) stream.unshift(rest);
      return match[1]?.split(' ') ?? [];
    }
    if (!open || stream.readableEnded) return ['failed', seen.toString()];
    await nextOf(stream, closed);
  }
}

function nextOf(stream: Readable, closed: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      stream.off('readable', wake).off('end', wake);
      resolve();
    };
    stream.on('readable', wake).on('end', wake);
    closed.then(wake);
  });
}

/** Ends the process and what it has started in its group; done over there, so that it ends even when the connection does. */
const END = `
kill -s "$1" -- -"$2" 2>/dev/null || exit 0
i=0
while kill -s 0 -- -"$2" 2>/dev/null && [ "$i" -lt "$3" ]; do sleep 0.05; i=$((i+1)); done
kill -s KILL -- -"$2" 2>/dev/null
:`;
const END_CHECK_MS = 50;

async function end(connection: SshConnection, of: { pid: string; exited: Promise<number>; signal: 'TERM' | 'HUP' }): Promise<void> {
  const ended = of.exited.then(
    () => true,
    () => true,
  );
  if (await Promise.race([ended, Promise.resolve(false)])) return;
  using _slot = await connection.endings.take(new AbortController().signal);
  try {
    const line = `exec sh -c ${quote(END)} sh ${quoteAll([of.signal, of.pid, String(GRACE_MS / END_CHECK_MS)])}`;
    const channel = await openChannel(connection, line, {});
    channel.resume();
    channel.stderr.resume();
    await ends(connection, channel).closed;
  } catch {
    // The connection is lost, and with it the way to the process.
  }
  await ended;
}

/**
 * A busy sshd takes the end of some sessions and the beginning of others in one go, and lets go of those that have ended only
 * afterwards: it refuses as if there were too many. By the time it hears of it again there are not.
 */
async function openChannel(connection: SshConnection, line: string, options: { pty?: PseudoTtyOptions }): Promise<ClientChannel> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await connection.call<ClientChannel>(
        (done) => connection.client.exec(line, options, done),
        (error) => new AppError('hostUnreachable', { host: connection.name, message: messageOf(error) }, { cause: error }),
      );
    } catch (error) {
      if (attempt === OPEN_ATTEMPTS || !isRefused(error)) throw error;
    }
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof AppError && error.cause instanceof Error && 'reason' in error.cause && error.cause.reason === CONNECT_FAILED;
}

export function throwIfLost(connection: SshConnection, signal?: AbortSignal): void {
  if (signal !== undefined) throwIfCancelled(signal);
  if (connection.lost.aborted) throw connection.lost.reason;
}
