import type { Reading } from './reading.ts';

/**
 * Reads one subject's counters. A read never waits: what has to be asked for elsewhere is asked for beside it and counts in
 * the read after it arrived.
 */
export interface Probe {
  /** A reading with the time of the one before brings nothing new. `ended`: the subject is gone for good. */
  read(): Reading | 'ended';
  close(): void;
}
