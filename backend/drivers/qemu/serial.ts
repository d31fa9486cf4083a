import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { ByteChannel } from '../driver.ts';
import { bytesFrom } from './logs.ts';
import type { Vm } from './vm.ts';
import { serialFiles } from './vm-files.ts';

/** Enough for a screen and what is above it. */
const BACKLOG_BYTES = 128 * 1024;

/**
 * A serial port of a system. QEMU writes all that the guest says there into a log, also while nobody looks: it is read from
 * there, so that the last screen is whole and nothing is missing after it, also when the app was away. Its socket takes what is
 * typed. A serial line knows no size; `resize` does nothing.
 */
export async function openSerial(of: { host: Host; vm: Vm; index: number }, signal: AbortSignal): Promise<ByteChannel> {
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
  try {
    const size = (await host.stat(log, signal))?.sizeBytes ?? 0;
    const start = Math.max(0, size - BACKLOG_BYTES);
    const backlog = await bytesFrom(host, { path: log, offset: start }, signal);
    return {
      output: output(start + backlog.length),
      backlog: start === 0 ? backlog : backlog.subarray(backlog.indexOf(10) + 1),
      exited,
      write: (bytes) => void socket.write(bytes),
      resize: () => {},
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
