/** One entry of an archive; a folder has no content. */
export interface CpioEntry {
  path: string;
  /** Permission bits. */
  mode: number;
  content?: Uint8Array;
}

const FOLDER = 0o040000;
const FILE = 0o100000;

/**
 * An archive in the "newc" format, the one that the kernel unpacks as its first filesystem. Several may stand one after
 * the other: the kernel unpacks them all.
 * https://docs.kernel.org/driver-api/early-userspace/buffer-format.html
 */
export function packCpio(entries: readonly CpioEntry[]): Buffer {
  const parts: Buffer[] = [];
  let inode = 1;
  for (const entry of entries) {
    const type = entry.content === undefined ? FOLDER : FILE;
    parts.push(header(entry.path, { inode: inode++, mode: type | entry.mode, size: entry.content?.byteLength ?? 0 }));
    if (entry.content !== undefined) parts.push(padded(Buffer.from(entry.content)));
  }
  parts.push(header('TRAILER!!!', { inode: 0, mode: 0, size: 0 }));
  return Buffer.concat(parts);
}

function header(path: string, of: { inode: number; mode: number; size: number }): Buffer {
  const name = Buffer.from(`${path}\0`);
  // inode, mode, uid, gid, links, mtime, size, device (2), rdevice (2), name's length, checksum
  const fields = [of.inode, of.mode, 0, 0, 1, 0, of.size, 0, 0, 0, 0, name.length, 0];
  const numbers = fields.map((field) => field.toString(16).padStart(8, '0')).join('');
  return padded(Buffer.concat([Buffer.from(`070701${numbers}`), name]));
}

/** Headers and contents begin at multiples of four. */
function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
