import type { Duplex } from 'node:stream';
import { SERIAL_KINDS, type TerminalKind, type TerminalSize } from '../../contract/index.ts';
import { AppError, type Clock, type Logger, messageOf } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { ByteChannel } from '../driver.ts';
import { openSerial } from './serial.ts';
import type { Vm } from './vm.ts';

/**
 * The consoles of machines. Of a workload it is a shell in the guest that goes on when nobody looks; the guest keeps the last
 * 64 KiB and sends them first, so the screen comes back without a log of our own. Of a system they are its serial ports.
 * The socket serves one client: a new channel takes the console over from the one before.
 */
export class Consoles {
  readonly #host: Host;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #open = new Map<string, ByteChannel>();

  constructor(of: { host: Host; clock: Clock; logger: Logger }) {
    this.#host = of.host;
    this.#clock = of.clock;
    this.#logger = of.logger;
  }

  /** @throws AppError `noShell`, `machineWrongState` */
  async open(vm: Vm, { kind, size }: { kind: TerminalKind; size: TerminalSize }, signal: AbortSignal): Promise<ByteChannel> {
    const key = `${vm.id} ${kind}`;
    await this.#open.get(key)?.[Symbol.asyncDispose]();
    const channel = vm.isSystem ? await this.#openSerial(vm, { kind, size }, signal) : await this.#openShell(vm, size, signal);
    this.#open.set(key, channel);
    void channel.exited.then(() => {
      if (this.#open.get(key) === channel) this.#open.delete(key);
    });
    return channel;
  }

  async #openSerial(vm: Vm, { kind, size }: { kind: TerminalKind; size: TerminalSize }, signal: AbortSignal): Promise<ByteChannel> {
    const index = SERIAL_KINDS.indexOf(kind);
    const channel = await openSerial({ host: this.#host, clock: this.#clock, logger: this.#logger, vm, index }, signal);
    channel.resize(size);
    return channel;
  }

  async #openShell(vm: Vm, size: TerminalSize, signal: AbortSignal): Promise<ByteChannel> {
    const { name, state } = vm.machine;
    const { connection, run } = vm;
    if (connection === null || run.startedAtMs === null) throw new AppError('machineWrongState', { name, state, action: 'console' });
    if (run.hasShell === false) throw new AppError('noShell');
    const { agent } = connection;
    const resize = (to: TerminalSize) => {
      agent?.resize(to, AbortSignal.timeout(5000)).catch((error: unknown) => {
        this.#logger.debug('a console was not resized', { id: vm.id, error: messageOf(error) });
      });
    };
    resize(size);
    const socket = await this.#host.dial({ unixPath: vm.files.console }, signal);
    return toChannel(socket, resize);
  }
}

function toChannel(socket: Duplex, resize: (size: TerminalSize) => void): ByteChannel {
  const exited = new Promise<null>((resolve) => socket.once('close', () => resolve(null)));
  // The close that follows tells the same.
  socket.on('error', () => {});
  return {
    output: output(socket),
    backlog: null,
    exited,
    write: (bytes) => void socket.write(bytes),
    resize,
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await exited;
    },
  };
}

/** Ends when the machine does: a console that breaks off is over, not wrong. */
async function* output(socket: Duplex): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of socket) yield chunk as Uint8Array;
  } catch (error) {
    if (!socket.destroyed) throw error;
  }
}
