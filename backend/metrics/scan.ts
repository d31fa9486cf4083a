/**
 * Numbers out of the kernel's text files, straight from the bytes: no strings are made, because a hundred machines are read
 * every second.
 */

const SPACE = 32;
const TAB = 9;
const LINE_END = 10;
const ZERO = 48;
const NINE = 57;

/** The unsigned integer at `from`, after blanks; NaN when there is none (`max`). */
export function integerAt(bytes: Uint8Array, from: number, end: number): number {
  let at = skipBlanks(bytes, from, end);
  const first = at;
  let value = 0;
  for (; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte < ZERO || byte > NINE) break;
    value = value * 10 + (byte - ZERO);
  }
  return at === first ? Number.NaN : value;
}

/** The integer behind the first occurrence of `key`; NaN when the key is not there, or nothing is (`end` −1). */
export function integerAfter(bytes: Buffer, end: number, key: Buffer): number {
  if (end <= 0) return Number.NaN;
  const at = bytes.subarray(0, end).indexOf(key);
  return at < 0 ? Number.NaN : integerAt(bytes, at + key.length, end);
}

/** Where the blank-separated field number `index` (from 0) begins, counted from `from` and within its line; `end` when it is missing. */
export function fieldAt(bytes: Uint8Array, from: number, end: number, index: number): number {
  let at = skipBlanks(bytes, from, end);
  for (let field = 0; field < index; field++) {
    while (at < end && !isBlank(bytes[at] as number)) {
      if (bytes[at] === LINE_END) return end;
      at++;
    }
    at = skipBlanks(bytes, at, end);
  }
  return bytes[at] === LINE_END ? end : at;
}

/** Where the next line begins; `end` when this is the last. */
export function nextLine(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== LINE_END) at++;
  return Math.min(at + 1, end);
}

/** Whether the bytes at `at` are those of `word`. */
export function startsWith(bytes: Uint8Array, at: number, word: Uint8Array): boolean {
  for (let index = 0; index < word.length; index++) if (bytes[at + index] !== word[index]) return false;
  return true;
}

export function skipBlanks(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && isBlank(bytes[at] as number)) at++;
  return at;
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB;
}

/** A device's number (`8:16`) as one key. */
export function deviceKey(major: number, minor: number): number {
  return major * 2 ** 20 + minor;
}

/** The end of a word that a blank, a colon or a line's end closes. */
export function wordEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && !isBlank(bytes[at] as number) && bytes[at] !== 58 && bytes[at] !== LINE_END) at++;
  return at;
}
