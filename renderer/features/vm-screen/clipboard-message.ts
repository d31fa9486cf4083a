/** What goes into one of QEMU’s messages to a guest, which is 1 MiB with all that is around it. */
export const MOST_TEXT_BYTES = 1_000_000;

/** The action and the format of a text that was asked for. */
const PROVIDE_TEXT = 0x10000001;
/** The header of zlib (RFC 1950). */
const ZLIB = 0x7801;
/** The most that one stored block of DEFLATE (RFC 1951, 3.2.4) can have. */
const BLOCK_BYTES = 0xffff;

/**
 * A text for a guest that asks for it, as VNC’s extended clipboard carries it (https://github.com/rfbproto/rfbproto); not
 * compressed, for it does not go far. The protocol wants CR LF after each line and a zero at the end. QEMU passes on what it gets
 * and a guest would paste both, so there is neither.
 */
export function clipboardMessage(text: string): Uint8Array<ArrayBuffer> {
  const written = new TextEncoder().encode(text.replaceAll(/\r\n?/g, '\n'));
  const content = new Uint8Array(4 + written.length);
  new DataView(content.buffer).setUint32(0, written.length);
  content.set(written, 4);

  const blocks = Math.ceil(content.length / BLOCK_BYTES);
  const message = new Uint8Array(4 + 2 + blocks * 5 + content.length + 4);
  const view = new DataView(message.buffer);
  view.setUint32(0, PROVIDE_TEXT);
  view.setUint16(4, ZLIB);
  let at = 6;
  for (let index = 0; index < blocks; index++) {
    const block = content.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);
    view.setUint8(at, index === blocks - 1 ? 1 : 0);
    view.setUint16(at + 1, block.length, true);
    view.setUint16(at + 3, ~block.length, true);
    message.set(block, at + 5);
    at += 5 + block.length;
  }
  view.setUint32(at, adler32(content));
  return message;
}

function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  return ((high << 16) | low) >>> 0;
}
