import type { Duplex } from 'node:stream';
import { decodeFrame, encodeFrame, FRAME, type Problem, RESUME_BYTES, WINDOW_BYTES } from '../contract/index.ts';
import { type ByteLink, isAbort, toAppError } from '../core/index.ts';

/** Keys, the pointer and a clipboard come nowhere near it: a machine that leaves so much unread reads no more. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;

/**
 * Carries RFB between a machine and one viewer until either goes away. A viewer that does not take what was sent to it
 * pauses its connection to the machine, and no other. Resolves at the end.
 * @param open the connection to the machine
 * @throws RangeError when the viewer breaks the protocol
 */
export async function serveViewer(link: ByteLink, open: (signal: AbortSignal) => Promise<Duplex>, signal: AbortSignal): Promise<void> {
  const left = new AbortController();
  const over = AbortSignal.any([signal, left.signal]);
  let unacknowledged = 0;
  let wake = () => {};
  let socket: Duplex | null = null;

  function receive(frame: Uint8Array): void {
    const { type, payload } = decodeFrame(frame);
    if (type === FRAME.acknowledge) {
      unacknowledged -= acknowledgedBytes(payload);
      if (unacknowledged < 0) throw new RangeError('more was acknowledged than was sent');
      wake();
    } else if (type === FRAME.input && socket !== null) {
      socket.write(payload);
      if (socket.writableLength > MOST_UNREAD_BYTES) throw new RangeError('the machine does not read what is sent to its screen');
    } else {
      throw new RangeError(`a viewer does not send frames of type ${type} now`);
    }
  }

  async function pump(from: Duplex): Promise<void> {
    const stop = () => {
      from.destroy();
      wake();
    };
    over.addEventListener('abort', stop, { once: true });
    if (over.aborted) stop();
    for await (const chunk of from as AsyncIterable<Buffer>) {
      link.send(encodeFrame(FRAME.output, chunk));
      unacknowledged += chunk.byteLength;
      if (unacknowledged < WINDOW_BYTES) continue;
      while (unacknowledged > RESUME_BYTES && !over.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }

  function end(problem: Problem | null): void {
    if (!left.signal.aborted) link.send(encodeFrame(FRAME.ended, Buffer.from(JSON.stringify({ problem }))));
  }

  link.onClose(() => left.abort());
  const broken = new Promise<never>((_, reject) => {
    link.onFrame((frame) => {
      try {
        receive(frame);
      } catch (error) {
        reject(error);
      }
    });
  });
  broken.catch(() => {});
  try {
    socket = await open(over);
    await Promise.race([pump(socket), broken]);
    end(null);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    // Cut off by the viewer's leaving, or by the machine's end.
    if (socket !== null) end(null);
    else if (!isAbort(error)) end(toAppError(error).problem);
  } finally {
    socket?.destroy();
    link.close();
  }
}

function acknowledgedBytes(payload: Uint8Array): number {
  if (payload.byteLength !== 4) throw new RangeError('an acknowledgement has four bytes');
  return new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0, true);
}
