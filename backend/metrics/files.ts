import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';

/** The files that probes read, on one host. */
export interface FileSource {
  /** What the last `read` brought, of whichever file; the next overwrites it. */
  readonly bytes: Buffer;
  /** Null when the file is not there or may not be read. */
  open(path: string): SourceFile | null;
  /** The time on the host's own monotonic clock at which the bytes were current, in milliseconds. */
  nowMs(): number;
  /** Processes of the host; NaN where it cannot be known. */
  countProcesses(): number;
}

export interface SourceFile {
  readonly path: string;
  /** The number of bytes that are now in `bytes`; −1 when the file cannot be read any more (its subject has ended). */
  read(): number;
  close(): void;
}

/** Longest file that is read; `/proc/stat` of a big host is the largest, and only its first line is used. */
export const MAX_FILE_BYTES = 64 * 1024;

/**
 * Files of this machine. They stay open and are read again from the start, which makes the kernel write them anew: half the
 * system calls, and a file of a process that ended can never become one of another with the same id.
 */
export function createLocalFiles(nowMs: () => number): FileSource {
  const bytes = Buffer.allocUnsafe(MAX_FILE_BYTES);
  let others = Number.NaN;
  // The kernel counts every process as a link of /proc, beside its fixed folders: no listing, no matter how many there are.
  const otherLinks = () => {
    if (Number.isNaN(others) && linksOfProc() > 0)
      others = linksOfProc() - readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
    return others;
  };
  return {
    bytes,
    nowMs,
    countProcesses: () => linksOfProc() - otherLinks(),
    open(path) {
      let descriptor: number | null;
      try {
        descriptor = openSync(path, 'r');
      } catch {
        return null;
      }
      return {
        path,
        read() {
          if (descriptor === null) return -1;
          try {
            return readSync(descriptor, bytes, 0, MAX_FILE_BYTES, 0);
          } catch {
            return -1;
          }
        },
        close() {
          if (descriptor !== null) closeSync(descriptor);
          descriptor = null;
        },
      };
    },
  };
}

function linksOfProc(): number {
  return statSync('/proc', { throwIfNoEntry: false })?.nlink ?? Number.NaN;
}
