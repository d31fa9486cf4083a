import type { StartTiming, VmMake } from '../../contract/index.ts';
import { ConditionWaiter } from './condition-waiter.ts';
import { type DiskError, diskErrorIn } from './disk-error.ts';
import type { QmpEvent } from './qmp.ts';
import { lastBook, NO_RUN, type Run, readRun } from './run-events.ts';

/** What a machine's row tells of its run. */
export interface RunState {
  isUp: boolean;
  /** What the run that is on is made of; null when that is not known. */
  make: VmMake | null;
  isPaused: boolean;
  /** What paused it, when that was not somebody. */
  diskError: DiskError | null;
  run: Run;
  /** What its start took; null while that is not known. */
  timing: StartTiming | null;
  /** Its firmware found nothing to boot; the machine runs all the same. */
  foundNothingToBoot: boolean;
  /** As its guest agent tells. */
  addresses: string[];
  /** QEMU's last words. */
  qemuWords: string;
}

/** What is known of a run from moment to moment, and the waiting for it to change. */
export class LiveRunState {
  readonly #onChange: () => void;
  readonly #waiter = new ConditionWaiter();
  /** Devices whose end QEMU has told. */
  readonly #unplugged = new Set<string>();
  #shuttingDown = false;
  /** So much of the run's book is known. */
  #bookLength = 0;
  #now: Readonly<RunState> = {
    isUp: false,
    make: null,
    isPaused: false,
    diskError: null,
    run: NO_RUN,
    timing: null,
    foundNothingToBoot: false,
    addresses: [],
    qemuWords: '',
  };

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get now(): Readonly<RunState> {
    return this.#now;
  }

  /** Its guest or QEMU has begun to end by itself. */
  get shuttingDown(): boolean {
    return this.#shuttingDown;
  }

  /** An attempt to start begins; QEMU has told nothing yet. */
  begin(run: Run): void {
    this.#shuttingDown = false;
    this.#bookLength = 0;
    this.setQuietly({ run });
  }

  setBook(text: string): void {
    this.setBookQuietly(text);
    this.#tell();
  }

  /** As it was read. A book only grows: what was read earlier and arrives later would take back what is known, for good. */
  setBookQuietly(text: string): void {
    const book = lastBook(text);
    if (book.length < this.#bookLength) return;
    this.#bookLength = book.length;
    this.setQuietly({ run: readRun(book) });
  }

  /** Known, but not told yet: more is about to be. */
  setQuietly(changes: Partial<RunState>): void {
    this.#now = { ...this.#now, ...changes };
  }

  set(changes: Partial<RunState>): void {
    this.setQuietly(changes);
    this.#tell();
  }

  onQmpEvent(event: QmpEvent): void {
    if (event.name === 'SHUTDOWN') this.#shuttingDown = true;
    // A machine that shuts down is stopped first; it is not paused.
    if (event.name === 'STOP' && !this.#shuttingDown) this.set({ isPaused: true });
    else if (event.name === 'RESUME') this.set({ isPaused: false, diskError: null });
    else if (event.name === 'BLOCK_IO_ERROR') this.set({ diskError: diskErrorIn(event.data) });
    else if (event.name === 'DEVICE_DELETED') {
      this.#unplugged.add(String(event.data.device));
      this.#tell();
    }
  }

  /** What was told of a device of this name before is forgotten; the next word of its end is awaited by `unplugged`. */
  forgetUnplugged(device: string): void {
    this.#unplugged.delete(device);
  }

  /** Whether QEMU told the device's end in time. */
  async unplugged(device: string, limitMs: number, signal: AbortSignal): Promise<boolean> {
    return await this.#waiter.until(() => this.#unplugged.has(device), limitMs, signal);
  }

  /** Whether it came true in time. */
  async until(condition: (now: RunState) => boolean, limitMs: number, signal: AbortSignal): Promise<boolean> {
    return await this.#waiter.until(() => condition(this.#now), limitMs, signal);
  }

  #tell(): void {
    this.#waiter.changed();
    this.#onChange();
  }
}
