import type { TerminalSize } from '../../contract/index.ts';
import { AppError, type Clock, isAbort, type Logger, messageOf } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { ByteChannel } from '../driver.ts';
import { portIsOpen } from './guest/agent-of.ts';
import { runInGuest } from './guest/guest-exec.ts';
import { bytesFrom } from './logs.ts';
import type { Vm } from './vm.ts';
import { serialFiles } from './vm-files.ts';

export interface SerialOptions {
  host: Host;
  vm: Vm;
  /** The first one is 0. */
  index: number;
  clock: Clock;
  logger: Logger;
}

/** Enough for a screen and what is above it. */
const BACKLOG_BYTES = 128 * 1024;

/**
 * A serial port of a system. QEMU writes all that the guest says there into a log, also while nobody looks: it is read from
 * there, so that the last screen is whole and nothing is missing after it, also when the app was away. Its socket takes what is
 * typed. A serial line carries no size: where a guest agent runs, it tells the guest.
 */
export async function openSerial(of: SerialOptions, signal: AbortSignal): Promise<ByteChannel> {
  const { host, vm } = of;
  const { name, state } = vm.machine;
  if (vm.connection === null) throw new AppError('machineWrongState', { name, state, action: 'console' });
  const { socket: unixPath, log } = serialFiles(vm.files, of.index);
  const socket = await host.dial({ unixPath }, signal);
  // The close that follows tells the same.
  socket.on('error', () => {});
  // The same bytes as in the log; unread, they would hold up the guest.
  socket.resume();
  const over = new AbortController();
  const exited = new Promise<null>((resolve) => {
    socket.once('close', () => {
      over.abort();
      resolve(null);
    });
  });

  async function* output(from: number): AsyncGenerator<Uint8Array, void> {
    let offset = from;
    for await (const chunk of host.follow(log, from, over.signal)) {
      offset += chunk.length;
      yield chunk;
    }
    // Let go of by us, the machine may go on for long.
    if (!ended.signal.aborted) yield await bytesFrom(host, { path: log, offset }, ended.signal);
  }

  const ended = new AbortController();
  const sizes = new GuestSizes(of, ended.signal);
  try {
    const size = (await host.stat(log, signal))?.sizeBytes ?? 0;
    const start = Math.max(0, size - BACKLOG_BYTES);
    const backlog = await bytesFrom(host, { path: log, offset: start }, signal);
    return {
      output: output(start + backlog.length),
      backlog: start === 0 ? backlog : backlog.subarray(backlog.indexOf(10) + 1),
      exited,
      write: (bytes) => void socket.write(bytes),
      resize: (size) => void sizes.tell(size),
      async [Symbol.asyncDispose]() {
        ended.abort();
        socket.destroy();
        await exited;
      },
    };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Tells the guest how large its terminal is, by the agent; while one size is on its way, of those that follow only the last. */
class GuestSizes {
  readonly #of: SerialOptions;
  readonly #signal: AbortSignal;
  #next: TerminalSize | null = null;
  #telling = false;

  constructor(of: SerialOptions, signal: AbortSignal) {
    this.#of = of;
    this.#signal = signal;
  }

  async tell(size: TerminalSize): Promise<void> {
    this.#next = size;
    if (this.#telling) return;
    this.#telling = true;
    try {
      while (this.#next !== null) {
        const next: TerminalSize = this.#next;
        this.#next = null;
        await this.#set(next);
      }
    } catch (error) {
      if (!isAbort(error)) this.#of.logger.debug('a console was not resized', { id: this.#of.vm.id, error: messageOf(error) });
    } finally {
      this.#telling = false;
    }
  }

  async #set({ rows, cols }: TerminalSize): Promise<void> {
    const { vm, index, clock, logger } = this.#of;
    const agent = vm.connection?.guestAgent ?? null;
    if (agent === null || vm.isPaused || !(await portIsOpen(vm, this.#signal))) return;
    const { guest } = vm.definition;
    const isPl011 = guest.type === 'system' && guest.hardware.machine === 'virt' && index === 0;
    const device = isPl011 ? '/dev/ttyAMA0' : `/dev/ttyS${index}`;
    await runInGuest({ agent, clock, logger }, { argv: ['stty', '-F', device, 'rows', `${rows}`, 'cols', `${cols}`] }, this.#signal);
  }
}
