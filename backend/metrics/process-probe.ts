import type { Counters } from '../drivers/driver.ts';
import type { FileSource, SourceFile } from './files.ts';
import type { Probe } from './probe.ts';
import { readProcessTimes, readProportionalBytes, readResidentBytes } from './process-files.ts';
import { emptyReading, type Reading } from './reading.ts';

/** The kernel walks the whole address space for PSS: at most once a second, and at most this part of the time. */
const PSS_MIN_MS = 1000;
const PSS_TIME_SHARE = 0.01;

/** A virtual machine: the hypervisor's process from outside, and what only the hypervisor and the guest know. */
export class ProcessProbe implements Probe {
  readonly #files: FileSource;
  readonly #stat: SourceFile | null;
  readonly #smaps: SourceFile | null;
  readonly #status: SourceFile | null;
  readonly #counters: CounterReader;
  readonly #elapsedMs: () => number;
  #memoryBytes = Number.NaN;
  #memoryDueMs = 0;

  /** @param elapsedMs tells how long a read took */
  constructor(files: FileSource, options: { pid: number; counters: CounterReader; elapsedMs: () => number }) {
    this.#files = files;
    this.#counters = options.counters;
    this.#elapsedMs = options.elapsedMs;
    this.#stat = files.open(`/proc/${options.pid}/stat`);
    this.#smaps = files.open(`/proc/${options.pid}/smaps_rollup`);
    this.#status = files.open(`/proc/${options.pid}/status`);
  }

  read(): Reading | 'ended' {
    const nowMs = this.#files.nowMs();
    const times = this.#stat && readProcessTimes(this.#files, this.#stat);
    if (times === null) return 'ended';
    if (!(nowMs < this.#memoryDueMs)) this.#readMemory(nowMs);
    const { atMs, counters } = this.#counters.latest();
    this.#counters.ask();
    return { ...emptyReading(nowMs), ...counters, countersAtMs: atMs, cpuSeconds: times.ownSeconds, memoryBytes: this.#memoryBytes };
  }

  close(): void {
    this.#counters.close();
    for (const file of [this.#stat, this.#smaps, this.#status]) file?.close();
  }

  #readMemory(nowMs: number): void {
    const begin = this.#elapsedMs();
    let bytes = this.#smaps === null ? Number.NaN : readProportionalBytes(this.#files, this.#smaps);
    // Another user's process: its PSS is not ours to read, its resident set is.
    if (Number.isNaN(bytes) && this.#status !== null) bytes = readResidentBytes(this.#files, this.#status);
    this.#memoryBytes = bytes;
    // A little less than the second, so that a tick that comes a moment early is not left out.
    this.#memoryDueMs = nowMs + Math.max(PSS_MIN_MS - 100, (this.#elapsedMs() - begin) / PSS_TIME_SHARE);
  }
}

/**
 * Asks for counters that have to be waited for, one question at a time, so that a hypervisor that does not answer holds up
 * nothing but its own numbers.
 */
export class CounterReader {
  readonly #read: (signal: AbortSignal) => Promise<Counters>;
  readonly #nowMs: () => number;
  readonly #controller = new AbortController();
  #latest: { atMs: number; counters: Counters | null };
  #asking = false;

  constructor(read: (signal: AbortSignal) => Promise<Counters>, nowMs: () => number) {
    this.#read = read;
    this.#nowMs = nowMs;
    this.#latest = { atMs: nowMs(), counters: null };
  }

  latest(): { atMs: number; counters: Counters | null } {
    return this.#latest;
  }

  ask(): void {
    if (this.#asking || this.#controller.signal.aborted) return;
    this.#asking = true;
    this.#read(this.#controller.signal)
      .then(
        (counters) => {
          this.#latest = { atMs: this.#nowMs(), counters };
        },
        () => {
          this.#latest = { atMs: this.#nowMs(), counters: null };
        },
      )
      .finally(() => {
        this.#asking = false;
      });
  }

  close(): void {
    this.#controller.abort();
  }
}
