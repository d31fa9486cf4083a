/**
 * A disc with a few files in its root, by ECMA-119 (ISO 9660) with Joliet for names as they are: Linux, BSD and Windows read them.
 * The same files give the same bytes.
 */
export interface DiscFile {
  /** Printable ASCII, at most 64 characters. */
  name: string;
  content: Uint8Array;
}

const SECTOR = 2048;
/** Where everything before the files stands, in sectors. Each of the two trees has path tables in both byte orders, and one folder. */
const AT = { primary: 16, joliet: 17, end: 18, tables: 19, primaryRoot: 23, jolietRoot: 24, files: 25 } as const;
const ROOT_TABLE_BYTES = 10;
/** Joliet's names hold 64 characters, its volume names 16. */
const MOST_NAME = 64;
const MOST_VOLUME = 16;
const NAME = /^[\x20-\x7e]+$/;
const FORBIDDEN = /[*/:;?\\]/;
/** 1 January 2000: a time of its own would make other bytes each time. */
const DATE = [100, 1, 1, 0, 0, 0, 0];
const LONG_DATE = '2000010100000000\0';
const NO_DATE = '0000000000000000\0';
/** UCS-2 level 3: what says that the second tree is Joliet. */
const JOLIET = '%/E';

interface Entry {
  id: Buffer;
  at: number;
  bytes: number;
  folder: boolean;
}

/** @throws RangeError for names that a disc cannot hold, or too many files for one sector of names */
export function discOf(volume: string, files: readonly DiscFile[]): Buffer {
  if (!NAME.test(volume) || volume.length > MOST_VOLUME) throw new RangeError(`a disc cannot be called ${volume}`);
  const names = new Set(files.map(({ name }) => name));
  for (const name of names) {
    if (!NAME.test(name) || FORBIDDEN.test(name) || name.length > MOST_NAME) throw new RangeError(`a disc cannot hold the name ${name}`);
  }
  if (names.size < files.length) throw new RangeError('two files have one name');
  let at: number = AT.files;
  const placed = files.map(({ name, content }, index) => {
    const place = { name, content, at, index };
    at += sectors(content.length);
    return place;
  });
  const disc = Buffer.alloc(at * SECTOR);
  for (const { content, at: sector } of placed) disc.set(content, sector * SECTOR);
  const primary = placed.map((file) => entry(file, Buffer.from(plainName(file.index), 'ascii')));
  const joliet = placed.map((file) => entry(file, ucs2(`${file.name};1`)));
  disc.set(folderOf(AT.primaryRoot, primary), AT.primaryRoot * SECTOR);
  disc.set(folderOf(AT.jolietRoot, joliet), AT.jolietRoot * SECTOR);
  disc.set(descriptor({ volume, root: AT.primaryRoot, table: AT.tables, sectors: at, joliet: false }), AT.primary * SECTOR);
  disc.set(descriptor({ volume, root: AT.jolietRoot, table: AT.tables + 2, sectors: at, joliet: true }), AT.joliet * SECTOR);
  disc.set([255, ...Buffer.from('CD001'), 1], AT.end * SECTOR);
  for (const [index, root] of [AT.primaryRoot, AT.jolietRoot].entries()) {
    disc.set(pathTable(root, 'little'), (AT.tables + 2 * index) * SECTOR);
    disc.set(pathTable(root, 'big'), (AT.tables + 2 * index + 1) * SECTOR);
  }
  return disc;
}

function sectors(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / SECTOR));
}

/** For what does not read Joliet: eight letters and digits. */
function plainName(index: number): string {
  return `FILE${String(index).padStart(4, '0')}.;1`;
}

function entry({ at, content }: { at: number; content: Uint8Array }, id: Buffer): Entry {
  return { id, at, bytes: content.length, folder: false };
}

/** Itself, its parent (itself too), and the files in the order of their names. */
function folderOf(at: number, entries: Entry[]): Buffer {
  const self = { at, bytes: SECTOR, folder: true };
  const sorted = entries.toSorted((one, other) => Buffer.compare(one.id, other.id));
  const records = [{ ...self, id: Buffer.from([0]) }, { ...self, id: Buffer.from([1]) }, ...sorted].map(record);
  const folder = Buffer.concat(records);
  if (folder.length > SECTOR) throw new RangeError('so many names do not fit on such a disc');
  return folder;
}

/** ECMA-119, 9.1 */
function record({ id, at, bytes, folder }: Entry): Buffer {
  const length = 33 + id.length + ((33 + id.length) % 2);
  const buffer = Buffer.alloc(length);
  buffer.writeUInt8(length, 0);
  both32(buffer, at, 2);
  both32(buffer, bytes, 10);
  buffer.set(DATE, 18);
  buffer.writeUInt8(folder ? 2 : 0, 25);
  both16(buffer, 1, 28);
  buffer.writeUInt8(id.length, 32);
  buffer.set(id, 33);
  return buffer;
}

/** ECMA-119, 8.4 and 8.5 */
function descriptor(of: { volume: string; root: number; table: number; sectors: number; joliet: boolean }): Buffer {
  const buffer = Buffer.alloc(SECTOR);
  const text = (value: string, at: number, length: number) => {
    const bytes = of.joliet ? ucs2(value.padEnd(length / 2, ' ')) : Buffer.from(value.padEnd(length, ' '), 'ascii');
    buffer.set(bytes.subarray(0, length), at);
  };
  buffer.set([of.joliet ? 2 : 1, ...Buffer.from('CD001'), 1]);
  text('', 8, 32);
  text(of.volume, 40, 32);
  both32(buffer, of.sectors, 80);
  if (of.joliet) buffer.write(JOLIET, 88, 'ascii');
  both16(buffer, 1, 120);
  both16(buffer, 1, 124);
  both16(buffer, SECTOR, 128);
  both32(buffer, ROOT_TABLE_BYTES, 132);
  buffer.writeUInt32LE(of.table, 140);
  buffer.writeUInt32BE(of.table + 1, 148);
  buffer.set(record({ id: Buffer.from([0]), at: of.root, bytes: SECTOR, folder: true }), 156);
  for (const at of [190, 318, 446, 574]) text('', at, 128);
  for (const [at, length] of [
    [702, 37],
    [739, 37],
    [776, 37],
  ] as const)
    text('', at, of.joliet ? length - 1 : length);
  for (const at of [813, 830]) buffer.write(LONG_DATE, at, 'latin1');
  for (const at of [847, 864]) buffer.write(NO_DATE, at, 'latin1');
  buffer.writeUInt8(1, 881);
  return buffer;
}

/** ECMA-119, 9.4: the root alone. */
function pathTable(root: number, order: 'little' | 'big'): Buffer {
  const buffer = Buffer.alloc(ROOT_TABLE_BYTES);
  buffer.writeUInt8(1, 0);
  if (order === 'little') {
    buffer.writeUInt32LE(root, 2);
    buffer.writeUInt16LE(1, 6);
  } else {
    buffer.writeUInt32BE(root, 2);
    buffer.writeUInt16BE(1, 6);
  }
  return buffer;
}

function ucs2(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

function both32(buffer: Buffer, value: number, at: number): void {
  buffer.writeUInt32LE(value, at);
  buffer.writeUInt32BE(value, at + 4);
}

function both16(buffer: Buffer, value: number, at: number): void {
  buffer.writeUInt16LE(value, at);
  buffer.writeUInt16BE(value, at + 2);
}
