import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { MachineId, TerminalKind, TerminalSize } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { ByteChannel, TerminalsFacet } from '../driver.ts';
import { openAttach } from './attach.ts';
import { missing } from './containers.ts';
import type { ExecInspect } from './engine-api.ts';
import type { Refusal } from './errors.ts';
import { Resizer } from './resizer.ts';
import { closing, DETACH_KEYS, exitCodeOf, outputOf, type TerminalDeps, type TerminalRequest } from './terminal-connection.ts';

/** The best shell that is there, found by the shell that has to be there. */
const SHELL = ['/bin/sh', '-c', 'command -v bash >/dev/null 2>&1 && exec bash; exec /bin/sh'];
/** In every process of one terminal, so that all of them get the hang-up when it closes. */
const MARK = 'CATAMARAN_TERMINAL';
const HANG_UP = 'cd /proc && for p in [0-9]*; do grep -qs "$1" "$p/environ" && kill -HUP "$p"; done 2>/dev/null; true';

export function createTerminals(deps: TerminalDeps): TerminalsFacet {
  return {
    async open(id: MachineId, kind: TerminalKind, size: TerminalSize, signal: AbortSignal): Promise<ByteChannel> {
      const container = await deps.containers.inspect(id, signal);
      const { name, state, terminals } = deps.containers.toMachine(container);
      const wrongState = () => new AppError('machineWrongState', { name, state, action: kind });
      if (!terminals.includes(kind) || state === 'paused') throw wrongState();
      const refused = (refusal: Refusal) =>
        missing(refusal) ?? (/is not running|state improper|is paused/.test(refusal.message) ? wrongState() : null);
      return kind === 'attach'
        ? openAttach(deps, { container, size, refused }, signal)
        : openShell(deps, { container, size, refused }, signal);
    },
  };
}

async function openShell(deps: TerminalDeps, { container, size, refused }: TerminalRequest, signal: AbortSignal): Promise<ByteChannel> {
  const { client } = deps;
  const mark = `${MARK}=${randomUUID()}`;
  const body = {
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: true,
    DetachKeys: DETACH_KEYS,
    Env: ['TERM=xterm-256color', mark],
    Cmd: SHELL,
  };
  const { Id: execId } = await client.call<{ Id: string }>(
    { method: 'POST', path: `/containers/${container.Id}/exec`, body, refused },
    signal,
  );
  const socket = await client.upgrade(
    { method: 'POST', path: `/exec/${execId}/start`, body: { Detach: false, Tty: true, ConsoleSize: [size.rows, size.cols] }, refused },
    signal,
  );
  const lifetime = new AbortController();
  const exec = new ExecProcess(deps, execId);
  try {
    await exec.started(socket, signal);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  const resizer = new Resizer(deps, `/exec/${execId}/resize`, lifetime.signal);
  resizer.resize(size);
  const closed = closing(socket);
  return {
    output: outputOf(socket),
    backlog: null,
    exited: closed.then(() => exec.exitCode(lifetime.signal)),
    write: (bytes) => void socket.write(bytes),
    resize: (to) => resizer.resize(to),
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await closed;
      await exec.hangUp(container.Id, mark);
      lifetime.abort();
    },
  };
}

class ExecProcess {
  readonly #deps: TerminalDeps;
  readonly #execId: string;

  constructor(deps: TerminalDeps, execId: string) {
    this.#deps = deps;
    this.#execId = execId;
  }

  /** Engines open the connection first and start the process then; why it did not start comes as output. */
  async started(socket: Duplex, signal: AbortSignal): Promise<void> {
    for (let waitMs = 2; waitMs < 2_000; waitMs *= 2) {
      const { Running, Pid, ExitCode } = await this.#inspect(signal);
      if (Running && Pid > 0) return;
      if (ExitCode === 126 || ExitCode === 127) {
        const words = await text(socket);
        if (/no such file or directory|not found/.test(words)) throw new AppError('noShell', {}, { detail: words });
        throw new AppError('entrypointFailed', { message: words.trim() }, { detail: words });
      }
      await this.#deps.clock.sleep(waitMs, signal);
    }
  }

  exitCode(signal: AbortSignal): Promise<number | null> {
    return exitCodeOf(() => this.#inspect(signal), this.#deps, signal);
  }

  /** Engines leave a shell running whose viewer went away. */
  async hangUp(containerId: string, mark: string): Promise<void> {
    const { client, logger } = this.#deps;
    const signal = AbortSignal.timeout(5_000);
    try {
      if (!(await this.#inspect(signal)).Running) return;
      const body = { Cmd: ['/bin/sh', '-c', HANG_UP, 'sh', mark], AttachStdout: true };
      const { Id } = await client.call<{ Id: string }>({ method: 'POST', path: `/containers/${containerId}/exec`, body }, signal);
      await client.call({ method: 'POST', path: `/exec/${Id}/start`, body: { Detach: true, Tty: false } }, signal);
    } catch (error) {
      logger.debug('a shell could not be hung up', { error });
    }
  }

  #inspect(signal: AbortSignal): Promise<ExecInspect> {
    return this.#deps.client.call({ method: 'GET', path: `/exec/${this.#execId}/json` }, signal);
  }
}
