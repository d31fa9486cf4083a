import type { FileSource, SourceFile } from './files.ts';
import { deviceKey, fieldAt, integerAfter, integerAt, nextLine, startsWith, wordEnd } from './scan.ts';

export interface DiskBytes {
  readBytes: number;
  writeBytes: number;
}

export const UNKNOWN_DISK: DiskBytes = { readBytes: Number.NaN, writeBytes: Number.NaN };

const READ_BYTES = Buffer.from('rbytes=');
const WRITE_BYTES = Buffer.from('wbytes=');
const READ = Buffer.from('Read ');
const WRITE = Buffer.from('Write ');

/**
 * Sums cgroup v2's `io.stat`. Devices that stand on others (device mapper, md) are left out: the kernel counts their bytes
 * again on the disk below.
 */
export function parseIoStat(bytes: Buffer, end: number, stacked: ReadonlySet<number>): DiskBytes {
  const sum = { readBytes: 0, writeBytes: 0 };
  for (let line = 0; line < end; line = nextLine(bytes, line, end)) {
    if (stacked.has(deviceAt(bytes, line, end))) continue;
    for (let index = 1, at = fieldAt(bytes, line, end, 1); at < end; at = fieldAt(bytes, line, end, ++index)) {
      if (startsWith(bytes, at, READ_BYTES)) sum.readBytes += integerAt(bytes, at + READ_BYTES.length, end);
      else if (startsWith(bytes, at, WRITE_BYTES)) sum.writeBytes += integerAt(bytes, at + WRITE_BYTES.length, end);
    }
  }
  return sum;
}

/** Sums cgroup v1's `blkio.*.io_service_bytes_recursive`; unknown when it names no device, which says nothing about their use. */
export function parseBlkio(bytes: Buffer, end: number, stacked: ReadonlySet<number>): DiskBytes {
  let devices = 0;
  const sum = { readBytes: 0, writeBytes: 0 };
  for (let line = 0; line < end; line = nextLine(bytes, line, end)) {
    const device = deviceAt(bytes, line, end);
    if (Number.isNaN(device)) continue;
    devices++;
    if (stacked.has(device)) continue;
    const kind = fieldAt(bytes, line, end, 1);
    if (startsWith(bytes, kind, READ)) sum.readBytes += integerAt(bytes, kind + READ.length, end);
    else if (startsWith(bytes, kind, WRITE)) sum.writeBytes += integerAt(bytes, kind + WRITE.length, end);
  }
  return devices === 0 ? UNKNOWN_DISK : sum;
}

/** `/proc/diskstats` of the named disks; a sector there is 512 bytes, whatever the disk's own is. */
export function parseDiskstats(bytes: Buffer, end: number, disks: ReadonlySet<string>): DiskBytes {
  const sum = { readBytes: 0, writeBytes: 0 };
  for (let line = 0; line < end; line = nextLine(bytes, line, end)) {
    const name = fieldAt(bytes, line, end, 2);
    if (!disks.has(bytes.toString('latin1', name, wordEnd(bytes, name, end)))) continue;
    sum.readBytes += integerAt(bytes, fieldAt(bytes, name, end, 3), end) * 512;
    sum.writeBytes += integerAt(bytes, fieldAt(bytes, name, end, 7), end) * 512;
  }
  return sum;
}

const PROCESS_READ = Buffer.from('\nread_bytes: ');
const PROCESS_WRITE = Buffer.from('\nwrite_bytes: ');

/** `/proc/PID/io`; it holds what reaped children did, too. */
export function readProcessIo(files: FileSource, file: SourceFile): DiskBytes {
  const end = file.read();
  if (end < 0) return UNKNOWN_DISK;
  return { readBytes: integerAfter(files.bytes, end, PROCESS_READ), writeBytes: integerAfter(files.bytes, end, PROCESS_WRITE) };
}

/** NaN when the line does not begin with `major:minor`. */
function deviceAt(bytes: Buffer, line: number, end: number): number {
  const colon = wordEnd(bytes, line, end);
  return bytes[colon] === 0x3a ? deviceKey(integerAt(bytes, line, end), integerAt(bytes, colon + 1, end)) : Number.NaN;
}
