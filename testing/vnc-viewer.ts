import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { constants, deflateSync, inflateSync } from 'node:zlib';

const [CLIENT_CUT_TEXT, SERVER_CUT_TEXT, SET_ENCODINGS] = [6, 3, 2];
const EXTENDED_CLIPBOARD = 0xc0a1e5ce;
const TEXT = 1;
const [CAPABILITIES, REQUEST, NOTIFY, PROVIDE] = [2 ** 24, 2 ** 25, 2 ** 27, 2 ** 28];

/** Who looks at a screen, up to the point where its size is known (RFC 6143, 7.1 to 7.3); asks for no picture. */
export class VncViewer {
  readonly size: { width: number; height: number };
  readonly #socket: Duplex;

  private constructor(socket: Duplex, size: { width: number; height: number }) {
    this.#socket = socket;
    this.size = size;
  }

  static async connect(socket: Duplex): Promise<VncViewer> {
    const greeting = (await read(socket, 12)).toString();
    if (greeting !== 'RFB 003.008\n') throw new Error(`no RFB: ${greeting}`);
    socket.write(greeting);
    const types = await read(socket, (await read(socket, 1))[0] ?? 0);
    if (!types.includes(1)) throw new Error('it wants to know who looks');
    socket.write(Uint8Array.of(1));
    if ((await read(socket, 4)).readUInt32BE() !== 0) throw new Error('it lets nobody look');
    // Shared with others.
    socket.write(Uint8Array.of(1));
    const init = await read(socket, 24);
    await read(socket, init.readUInt32BE(20));
    return new VncViewer(socket, { width: init.readUInt16BE(0), height: init.readUInt16BE(2) });
  }

  /**
   * Shares a clipboard (https://github.com/rfbproto/rfbproto, Extended Clipboard Pseudo-Encoding): offers a text, gives it to the
   * guest whenever it is asked for, and tells what the guest copies. @throws Error when the screen ends
   */
  async *shareClipboard(offered: string): AsyncGenerator<string> {
    const socket = this.#socket;
    socket.write(Buffer.concat([Uint8Array.of(SET_ENCODINGS, 0), uint16(1), uint32(EXTENDED_CLIPBOARD)]));
    const say = (action: number, ...more: Uint8Array[]) => {
      const body = Buffer.concat([uint32(action + TEXT), ...more]);
      // A length below nothing is what tells it from the older clipboard.
      socket.write(Buffer.concat([Uint8Array.of(CLIENT_CUT_TEXT, 0, 0, 0), uint32(2 ** 32 - body.length), body]));
    };
    for (;;) {
      const head = await read(socket, 8);
      if (head[0] !== SERVER_CUT_TEXT) throw new Error(`a message of type ${head[0]}`);
      const body = await read(socket, Math.abs(head.readInt32BE(4)));
      const action = body.readUInt32BE() - TEXT;
      if (action === REQUEST) {
        const text = Buffer.from(offered);
        say(PROVIDE, deflateSync(Buffer.concat([uint32(text.length), text])));
      } else if (action === NOTIFY) say(REQUEST);
      else if (action === PROVIDE) {
        // QEMU does not end its stream.
        const content = inflateSync(body.subarray(4), { finishFlush: constants.Z_SYNC_FLUSH });
        yield content.subarray(4, 4 + content.readUInt32BE()).toString();
      } else if (action >= CAPABILITIES) {
        say(CAPABILITIES + REQUEST + NOTIFY + PROVIDE, uint32(0));
        say(NOTIFY);
      }
    }
  }
}

async function read(socket: Duplex, length: number): Promise<Buffer> {
  if (length === 0) return Buffer.alloc(0);
  for (;;) {
    const bytes = socket.read(length) as Buffer | null;
    if (bytes?.length === length) return bytes;
    if (bytes !== null || socket.destroyed) throw new Error('the screen ended');
    const enough = new AbortController();
    const { signal } = enough;
    await Promise.race([once(socket, 'readable', { signal }), once(socket, 'close', { signal })]).finally(() => enough.abort());
  }
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
