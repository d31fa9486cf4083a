/** A file on its way into an archive. */
export interface PackedFile {
  /** Relative, with `/`. */
  path: string;
  file: File;
}

const BLOCK = 512;
const LONGEST_NAME = 100;
const MOST_BYTES = 8 ** 11 - 1;
const encoder = new TextEncoder();

/**
 * A tar archive (POSIX pax) whose files are read only when the archive is. All files may be executed: a browser does not tell
 * which ones should be, and Docker’s client on Windows, which cannot know either, does the same.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 */
export function packTar(files: readonly PackedFile[], folders: readonly string[]): Blob {
  const parts: BlobPart[] = [];
  for (const path of folders) parts.push(...headers({ path: `${path}/`, type: '5', size: 0, modifiedMs: 0 }));
  for (const { path, file } of files) {
    parts.push(...headers({ path, type: '0', size: file.size, modifiedMs: file.lastModified }), file, padding(file.size));
  }
  parts.push(new Uint8Array(2 * BLOCK));
  return new Blob(parts);
}

interface Header {
  path: string;
  type: '0' | '5' | 'x';
  size: number;
  modifiedMs: number;
}

/** A long name, or a large size, stands in a header of its own before the file’s. */
function headers(header: Header): BlobPart[] {
  const extended: string[] = [];
  if (encoder.encode(header.path).length > LONGEST_NAME) extended.push(record('path', header.path));
  if (header.size > MOST_BYTES) extended.push(record('size', String(header.size)));
  if (extended.length === 0) return [block(header)];
  const content = encoder.encode(extended.join(''));
  return [block({ path: 'pax', type: 'x', size: content.length, modifiedMs: 0 }), content, padding(content.length), block(header)];
}

/** `<its own length> <key>=<value>\n` */
function record(key: string, value: string): string {
  const rest = encoder.encode(` ${key}=${value}\n`).length;
  let length = rest;
  while (String(length).length + rest !== length) length = String(length).length + rest;
  return `${length} ${key}=${value}\n`;
}

function block({ path, type, size, modifiedMs }: Header): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(BLOCK);
  const text = (at: number, value: string | Uint8Array) => bytes.set(typeof value === 'string' ? encoder.encode(value) : value, at);
  const octal = (at: number, length: number, value: number) => text(at, value.toString(8).padStart(length - 1, '0'));
  text(0, encoder.encode(path).subarray(0, LONGEST_NAME));
  octal(100, 8, 0o755);
  octal(108, 8, 0);
  octal(116, 8, 0);
  octal(124, 12, Math.min(size, MOST_BYTES));
  octal(136, 12, Math.max(0, Math.floor(modifiedMs / 1000)));
  text(156, type);
  text(257, 'ustar\x0000');
  text(148, '        ');
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  text(148, `${sum.toString(8).padStart(6, '0')}\0 `);
  return bytes;
}

function padding(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);
}
