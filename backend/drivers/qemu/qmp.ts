import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { cancelled, JsonChannel } from './json-channel.ts';

export interface QmpEvent {
  name: string;
  data: Record<string, unknown>;
}

const GREETING_MS = 10_000;

/**
 * QEMU's control socket. It serves one client and leaves a second one waiting without a word, so there is one per machine.
 * https://www.qemu.org/docs/master/interop/qmp-spec.html
 */
export class Qmp implements AsyncDisposable {
  readonly #channel: JsonChannel;

  private constructor(channel: JsonChannel) {
    this.#channel = channel;
  }

  static async connect(host: Host, of: { path: string; onEvent: (event: QmpEvent) => void }, signal: AbortSignal): Promise<Qmp> {
    const socket = await host.dial({ unixPath: of.path }, signal);
    const greeted = Promise.withResolvers<void>();
    const channel = new JsonChannel(socket, {
      what: 'QEMU',
      onMessage: (message) => {
        if (message.QMP !== undefined) greeted.resolve();
        else if (typeof message.event === 'string') of.onEvent({ name: message.event, data: record(message.data) });
      },
    });
    const timer = setTimeout(() => greeted.reject(new AppError('timedOut', { what: 'QEMU', seconds: GREETING_MS / 1000 })), GREETING_MS);
    const onAbort = () => greeted.reject(cancelled(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    void channel.ended.then(() => greeted.reject(new AppError('qemuExited', { message: 'it ended while it was greeted' })));
    try {
      await greeted.promise;
      const qmp = new Qmp(channel);
      await qmp.execute('qmp_capabilities', {}, signal);
      return qmp;
    } catch (error) {
      await channel[Symbol.asyncDispose]();
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Resolves when QEMU, or the way to it, has ended. */
  get ended(): Promise<void> {
    return this.#channel.ended;
  }

  /** @throws AppError `engineRefused` with QEMU's words, `timedOut`, `engineUnreachable` */
  async execute(command: string, args: object, signal: AbortSignal): Promise<unknown> {
    const answer = await this.#channel.request((id) => JSON.stringify({ execute: command, arguments: args, id }), {}, signal);
    if (answer.error === undefined) return answer.return;
    throw new AppError('engineRefused', { engine: 'QEMU', message: String(record(answer.error).desc ?? command) });
  }

  /** A command of the human monitor, for what QMP has none: port forwards. Its answer is empty, or says what went wrong. */
  async monitor(line: string, signal: AbortSignal): Promise<string> {
    return String(await this.execute('human-monitor-command', { 'command-line': line }, signal)).trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#channel[Symbol.asyncDispose]();
  }
}

export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
