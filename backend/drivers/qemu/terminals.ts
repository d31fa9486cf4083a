import type { Duplex } from 'node:stream';
import type { TerminalSize } from '../../contract/index.ts';
import { AppError, type Logger, messageOf } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { ByteChannel } from '../driver.ts';
import type { Vm } from './vm.ts';

/**
 * The console of a machine: a shell in the guest that goes on when nobody looks. The guest keeps the last 64 KiB and sends
 * them first, so the screen comes back without a log of our own; `backlog` is therefore null.
 * The socket serves one client: a new channel takes the console over from the one before.
 */
export class Consoles {
  readonly #host: Host;
  readonly #logger: Logger;
  readonly #open = new Map<string, ByteChannel>();

  constructor(of: { host: Host; logger: Logger }) {
    this.#host = of.host;
    this.#logger = of.logger;
  }

  /** @throws AppError `noShell`, `machineWrongState` */
  async open(vm: Vm, size: TerminalSize, signal: AbortSignal): Promise<ByteChannel> {
    const { name, state } = vm.machine;
    const { connection, run } = vm;
    if (connection === null || run.startedAtMs === null) throw new AppError('machineWrongState', { name, state, action: 'console' });
    if (run.hasShell === false) throw new AppError('noShell');
    await this.#open.get(vm.id)?.[Symbol.asyncDispose]();
    const { agent } = connection;
    const resize = (to: TerminalSize) => {
      agent?.resize(to, AbortSignal.timeout(5000)).catch((error: unknown) => {
        this.#logger.debug('a console was not resized', { id: vm.id, error: messageOf(error) });
      });
    };
    resize(size);
    const socket = await this.#host.dial({ unixPath: vm.files.console }, signal);
    const channel = toChannel(socket, resize);
    this.#open.set(vm.id, channel);
    void channel.exited.then(() => {
      if (this.#open.get(vm.id) === channel) this.#open.delete(vm.id);
    });
    return channel;
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
