/**
 * What of a qcow2 file's header says whether it can be trusted. Read by ourselves before QEMU sees the file: QEMU opens what
 * the header names, and that may be any file of the host.
 * https://www.qemu.org/docs/master/interop/qcow2.html
 */
export interface Qcow2Header {
  /** What the guest sees of it. */
  sizeBytes: number;
  hasBackingFile: boolean;
  /** Its content stands in another file. */
  hasDataFile: boolean;
  isEncrypted: boolean;
  /** It was written by a program that did not end as it should. */
  isCorrupt: boolean;
}

const MAGIC = 0x514649fb;
/** Up to and with the incompatible features of version 3. */
export const QCOW2_HEADER_BYTES = 80;
const VERSION_2_BYTES = 72;
const CORRUPT = 1n << 1n;
const DATA_FILE = 1n << 2n;
/** Dirty, corrupt, data file, compression type, extended L2 entries. */
const KNOWN_FEATURES = 0b11111n;

/** Null when it is no qcow2 file, or one that nobody here knows how to read. */
export function parseQcow2Header(bytes: Uint8Array): Qcow2Header | null {
  if (bytes.length < VERSION_2_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(4);
  if (view.getUint32(0) !== MAGIC || (version !== 2 && version !== 3)) return null;
  if (version === 3 && bytes.length < QCOW2_HEADER_BYTES) return null;
  const features = version === 3 ? view.getBigUint64(72) : 0n;
  const size = view.getBigUint64(24);
  if ((features & ~KNOWN_FEATURES) !== 0n || size > BigInt(Number.MAX_SAFE_INTEGER)) return null;
  return {
    sizeBytes: Number(size),
    hasBackingFile: view.getBigUint64(8) !== 0n || view.getUint32(16) !== 0,
    hasDataFile: (features & DATA_FILE) !== 0n,
    isEncrypted: view.getUint32(32) !== 0,
    isCorrupt: (features & CORRUPT) !== 0n,
  };
}
