import type { FileSource, SourceFile } from './files.ts';
import { fieldAt, integerAfter, integerAt } from './scan.ts';

/** USER_HZ: what the kernel tells user space in, 100 on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

const RSS = Buffer.from('\nVmRSS:');
const PSS = Buffer.from('\nPss:');
const CLOSING_PARENTHESIS = 0x29;

export interface ProcessTimes {
  parentPid: number;
  /** Of the process and its threads, in steps of 10 ms. */
  ownSeconds: number;
  /** Of the children that it has waited for, and theirs. */
  reapedSeconds: number;
}

/** `/proc/PID/stat`; null when the process is gone. */
export function readProcessTimes(files: FileSource, file: SourceFile): ProcessTimes | null {
  const end = file.read();
  if (end < 0) return null;
  const { bytes } = files;
  // The command may hold anything, parentheses too: the numbers begin behind the last one.
  const state = bytes.lastIndexOf(CLOSING_PARENTHESIS, end - 1) + 1;
  const field = (index: number) => integerAt(bytes, fieldAt(bytes, state, end, index), end);
  const user = fieldAt(bytes, state, end, 11);
  const next = (index: number) => integerAt(bytes, fieldAt(bytes, user, end, index), end);
  return {
    parentPid: field(1),
    ownSeconds: (next(0) + next(1)) / TICKS_PER_SECOND,
    reapedSeconds: (next(2) + next(3)) / TICKS_PER_SECOND,
  };
}

/** Resident set of `/proc/PID/status`: memory shared with others is counted whole. */
export function readResidentBytes(files: FileSource, file: SourceFile): number {
  return integerAfter(files.bytes, file.read(), RSS) * 1024;
}

/** Proportional set size of `/proc/PID/smaps_rollup`: memory shared by n processes counts 1/n. */
export function readProportionalBytes(files: FileSource, file: SourceFile): number {
  return integerAfter(files.bytes, file.read(), PSS) * 1024;
}
