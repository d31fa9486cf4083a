/** Names are bytes; contract/file.ts says how one that is no UTF-8 is written as a string. */

const ESCAPE = 0xdc00;
const REPLACEMENT = '\ufffd';

export function pathToBytes(path: string): Buffer {
  if (path.isWellFormed()) return Buffer.from(path);
  const pieces = Array.from(path, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code >= ESCAPE + 0x80 && code <= ESCAPE + 0xff ? Buffer.of(code - ESCAPE) : Buffer.from(character);
  });
  return Buffer.concat(pieces);
}

export function bytesToPath(bytes: Buffer): string {
  const whole = bytes.toString();
  if (!whole.includes(REPLACEMENT)) return whole;
  let path = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    path += length === 0 ? String.fromCharCode(ESCAPE + (bytes[at] ?? 0)) : bytes.toString('utf8', at, at + length);
    at += Math.max(1, length);
  }
  return path;
}

/** Of the UTF-8 sequence that begins there; 0 when none does. */
function sequenceLength(bytes: Buffer, at: number): number {
  const lead = bytes[at] ?? 0;
  const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const sequence = bytes.subarray(at, at + length);
  const isValid = sequence.length === length && Buffer.from(sequence.toString()).equals(sequence);
  return isValid ? length : 0;
}

/**
 * As an argument for the scripts, which read it back with `printf %b`: pure ASCII, because engines take arguments as JSON and
 * spoil what is no UTF-8. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/printf.html
 */
export function toArgument(path: string): string {
  const bytes = pathToBytes(path);
  return Array.from(bytes, (byte) =>
    /[A-Za-z0-9._/-]/.test(String.fromCharCode(byte)) && byte < 0x80
      ? String.fromCharCode(byte)
      : `\\0${byte.toString(8).padStart(3, '0')}`,
  ).join('');
}

export function joinPath(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}

/** `/a/b` is in `/a`, under the name `b`; the root has no name. */
export function splitPath(path: string): { folder: string; name: string } {
  const slash = path.lastIndexOf('/');
  return { folder: path.slice(0, slash) || '/', name: path.slice(slash + 1) };
}

/** Without `.`, `..`, and empty parts; `..` stays below the root. */
export function partsOf(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts;
}
