/** Bytes that do something else than put a character or end a line. */
const CONTROL = new Uint8Array(256);
for (let byte = 0; byte < 0x20; byte++) CONTROL[byte] = 1;
for (const harmless of [0x09, 0x0a, 0x0d]) CONTROL[harmless] = 0;
CONTROL[0x7f] = 1;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** U+0080 to U+009F, the C1 controls, are written C2 80 to C2 9F in UTF-8. */
const C1_LEAD = 0xc2;

/**
 * The index after the last control character; 0 when the bytes are plain text: printable UTF-8, tabs and line ends.
 * A first byte that may belong to a control character begun earlier counts as one.
 */
export function afterLastControl(bytes: Uint8Array): number {
  for (let index = bytes.length - 1; index >= 0; index--) {
    const byte = bytes[index] as number;
    if (CONTROL[byte] === 1) return index + 1;
    if (byte >= 0x80 && byte < 0xa0 && (index === 0 || bytes[index - 1] === C1_LEAD)) return index + 1;
  }
  return 0;
}

/** The index of a line end (`\r\n`) with at least `lines` line feeds from it on, as late as possible; 0 when there is none. */
export function lastLinesStart(bytes: Buffer, lines: number): number {
  let index = bytes.length;
  let found = 0;
  while (index > 0) {
    index = bytes.lastIndexOf(LINE_FEED, index - 1);
    if (index <= 0) return 0;
    found++;
    if (found >= lines && bytes[index - 1] === CARRIAGE_RETURN) return index - 1;
  }
  return 0;
}
