import { AppError } from '../../core/index.ts';

/** One member of a tar archive. Names are bytes, one a character (latin1): a filesystem knows no encoding. */
export interface Member {
  type: 'file' | 'link' | 'symlink' | 'directory' | 'character' | 'block' | 'fifo';
  path: string;
  linkPath: string;
  mode: number;
  uid: number;
  gid: number;
  sizeBytes: number;
  /** Whole seconds since 1970: some engines tell no parts of one. */
  mtimeS: number;
  device: { major: number; minor: number };
  /** The extended attribute security.capability. */
  capability: Buffer | null;
}

const BLOCK = 512;
const TYPES: Record<string, Member['type'] | undefined> = {
  '\0': 'file',
  '0': 'file',
  '7': 'file',
  '1': 'link',
  '2': 'symlink',
  '3': 'character',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
};
/** A header that is longer was made to fill the memory. */
const LONGEST_HEADER = 1024 * 1024;

/**
 * Reads an archive one member after the other; the content of each must be read before the next. The library that reads archives
 * elsewhere gives attributes as text, and a capability is none.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 */
export class Archive implements AsyncDisposable {
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #image: string;
  #piece: Uint8Array = new Uint8Array();
  #padding = 0;

  constructor(bytes: AsyncIterable<Uint8Array>, image: string) {
    this.#pieces = bytes[Symbol.asyncIterator]();
    this.#image = image;
  }

  /** Null at the end. @throws AppError `diskBuildFailed` when it is cut off, or no archive */
  async next(): Promise<Member | null> {
    const pax = new Map<string, Buffer>();
    for (;;) {
      await this.#skip(this.#padding);
      this.#padding = 0;
      const header = await this.#exactly(BLOCK);
      if (header.every((byte) => byte === 0)) return await this.#end();
      if (!checksumFits(header)) throw this.#failure('its filesystem cannot be read');
      const sizeBytes = number(header, 124, 12);
      const kind = header.toString('latin1', 156, 157);
      if (!'xgLK'.includes(kind)) return this.#member(header, { kind, sizeBytes, pax });
      if (sizeBytes > LONGEST_HEADER) throw this.#failure('its filesystem cannot be read');
      const content = await this.#exactly(sizeBytes);
      this.#padding = paddingOf(sizeBytes);
      if (kind === 'x') readPax(content, pax);
      if (kind === 'L') pax.set('path', untilNul(content));
      if (kind === 'K') pax.set('linkpath', untilNul(content));
    }
  }

  async *content(sizeBytes: number): AsyncGenerator<Uint8Array, void> {
    for (let left = sizeBytes; left > 0; ) {
      if (this.#piece.length === 0) await this.#more();
      const part = this.#piece.subarray(0, left);
      this.#piece = this.#piece.subarray(part.length);
      left -= part.length;
      yield part;
    }
    this.#padding = paddingOf(sizeBytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pieces.return?.();
  }

  #member(header: Buffer, { kind, sizeBytes, pax }: { kind: string; sizeBytes: number; pax: Map<string, Buffer> }): Member {
    const type = TYPES[kind];
    if (type === undefined) throw this.#failure(`its filesystem holds a file of the unknown kind “${kind}”`);
    const text = (key: string) => pax.get(key)?.toString('latin1');
    const ustar = header.toString('latin1', 257, 263) === 'ustar\0' ? field(header, 345, 155) : '';
    const name = field(header, 0, 100);
    return {
      type,
      path: text('path') ?? (ustar === '' ? name : `${ustar}/${name}`),
      linkPath: text('linkpath') ?? field(header, 157, 100),
      mode: number(header, 100, 8) & 0o7777,
      uid: Number(text('uid') ?? number(header, 108, 8)),
      gid: Number(text('gid') ?? number(header, 116, 8)),
      sizeBytes: type === 'file' ? Number(text('size') ?? sizeBytes) : 0,
      mtimeS: Math.floor(Number(text('mtime') ?? number(header, 136, 12))),
      device: { major: number(header, 329, 8), minor: number(header, 337, 8) },
      capability: pax.get('SCHILY.xattr.security.capability') ?? null,
    };
  }

  /** The end is two blocks of zeros; what comes after them is of no meaning, and read so that its writer can end. */
  async #end(): Promise<null> {
    const second = await this.#exactly(BLOCK);
    if (second.some((byte) => byte !== 0)) throw this.#failure('its filesystem cannot be read');
    while (!(await this.#pieces.next()).done);
    return null;
  }

  async #exactly(length: number): Promise<Buffer> {
    if (this.#piece.length >= length) {
      const whole = this.#piece.subarray(0, length);
      this.#piece = this.#piece.subarray(length);
      return Buffer.from(whole.buffer, whole.byteOffset, length);
    }
    const parts: Uint8Array[] = [];
    for (let left = length; left > 0; ) {
      if (this.#piece.length === 0) await this.#more();
      const part = this.#piece.subarray(0, left);
      this.#piece = this.#piece.subarray(part.length);
      left -= part.length;
      parts.push(part);
    }
    return Buffer.concat(parts);
  }

  async #skip(length: number): Promise<void> {
    if (length > 0) await this.#exactly(length);
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#pieces.next();
    if (done) throw this.#failure('its filesystem broke off while it was read');
    this.#piece = value;
  }

  #failure(message: string): AppError {
    return new AppError('diskBuildFailed', { image: this.#image, message });
  }
}

/** Records of `length key=value\n`. */
function readPax(content: Buffer, into: Map<string, Buffer>): void {
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const length = Number(content.toString('latin1', at, space));
    const equals = content.indexOf(0x3d, space);
    if (space < 0 || equals < 0 || !(length > 0)) return;
    into.set(content.toString('latin1', space + 1, equals), content.subarray(equals + 1, at + length - 1));
    at += length;
  }
}

function paddingOf(sizeBytes: number): number {
  return (BLOCK - (sizeBytes % BLOCK)) % BLOCK;
}

function untilNul(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

function field(header: Buffer, at: number, length: number): string {
  return untilNul(header.subarray(at, at + length)).toString('latin1');
}

/** Octal digits, or, with the highest bit set, a number of the whole field. */
function number(header: Buffer, at: number, length: number): number {
  if (((header[at] ?? 0) & 0x80) !== 0) return Number(BigInt.asIntN(64, header.readBigUInt64BE(at + length - 8)));
  return Number.parseInt(field(header, at, length).trim() || '0', 8) || 0;
}

/** The sum of the header’s bytes, its own field counted as spaces. */
function checksumFits(header: Buffer): boolean {
  let sum = 8 * 0x20;
  for (let at = 0; at < BLOCK; at++) if (at < 148 || at >= 156) sum += header[at] ?? 0;
  return sum === number(header, 148, 8);
}
