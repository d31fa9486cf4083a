import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Two files of this size at most: what is older is of no use to anybody. */
const MAX_BYTES = 10 * 1024 * 1024;

export interface LogFile extends Disposable {
  write(line: string): void;
}

/**
 * Appends lines to a file (0600); a full one becomes `<file>.1`. Written at once and not in the background: the lines that
 * matter most are those before a crash.
 */
export function openLogFile(file: string): LogFile {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  let descriptor = openSync(file, 'a', 0o600);
  let bytes = fstatSync(descriptor).size;

  return {
    write(line) {
      if (bytes > MAX_BYTES) {
        closeSync(descriptor);
        renameSync(file, `${file}.1`);
        descriptor = openSync(file, 'a', 0o600);
        bytes = 0;
      }
      bytes += writeSync(descriptor, line);
    },
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}
