import type { MetricSubject } from '../contract/index.ts';
import { type Clock, type Logger, Scope } from '../core/index.ts';
import type { Probe } from './probe.ts';
import { type Reading, rates } from './reading.ts';

const SECOND_MS = 1000;
const FAST_MS = 100;
/** A probe whose subject ended, or that could not be opened, is opened anew after this long, for as long as it is attached. */
const REOPEN_MS = 2000;

/** One subject's numbers of one tick, in the order of METRICS, NaN where not measured. */
export interface Sample {
  subject: MetricSubject;
  values: number[];
}

/** All that was read at one time. Times are whole seconds, or tenths: what is measured over the time up to then. */
export interface Tick {
  timeMs: number;
  /** Over the last second; null at the tenths between. */
  perSecond: Sample[] | null;
  /** Over the last tenth of a second, of the subjects that are watched that closely. */
  perTenth: Sample[];
}

interface Entry {
  open: (signal: AbortSignal) => Promise<Probe | null>;
  scope: Scope;
  opening: boolean;
  probe: Probe | null;
  reopenAtMs: number;
  /** The readings that the next second's and the next tenth's rates start from. */
  second: Reading | null;
  tenth: Reading | null;
}

/**
 * One loop for all subjects, armed again only after a tick has ended, at whole seconds, or tenths while something is watched
 * at 10 Hz. A tick never waits. Nothing attached, nothing run.
 */
export class Sampler implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #onTick: (tick: Tick) => void;
  readonly #beforeTick: () => void;
  readonly #isFast: (subject: MetricSubject) => boolean;
  readonly #entries = new Map<MetricSubject, Entry>();
  readonly #scope: Scope;
  #anyFast = false;
  #running = false;
  /** Ends the present sleep, so that it is measured anew. */
  #awake = new AbortController();

  constructor(options: {
    clock: Clock;
    logger: Logger;
    isFast: (subject: MetricSubject) => boolean;
    /** Called at every whole second, before anything is read. */
    beforeTick: () => void;
    onTick: (tick: Tick) => void;
  }) {
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#isFast = options.isFast;
    this.#beforeTick = options.beforeTick;
    this.#onTick = options.onTick;
    this.#scope = new Scope((error) => this.#logger.error('the sampler stopped', { error }));
  }

  /** A subject that is attached already is opened anew. */
  attach(subject: MetricSubject, open: Entry['open']): void {
    this.detach(subject);
    const scope = new Scope((error) => this.#logger.debug('a subject cannot be measured', { subject, error }));
    const entry: Entry = { open, scope, opening: false, probe: null, reopenAtMs: 0, second: null, tenth: null };
    this.#entries.set(subject, entry);
    this.#open(entry);
    if (this.#running) return;
    this.#running = true;
    this.#scope.run((signal) => this.#run(signal));
  }

  detach(subject: MetricSubject): void {
    const entry = this.#entries.get(subject);
    if (entry === undefined) return;
    this.#entries.delete(subject);
    this.#close(entry);
    void entry.scope[Symbol.asyncDispose]();
    if (this.#entries.size === 0) this.#awake.abort();
  }

  /** @param anyFast whether anything is to be read ten times a second */
  setFast(anyFast: boolean): void {
    if (anyFast === this.#anyFast) return;
    this.#anyFast = anyFast;
    for (const entry of this.#entries.values()) entry.tenth = null;
    this.#awake.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    this.#awake.abort();
    await this.#scope[Symbol.asyncDispose]();
    for (const entry of entries) this.#close(entry);
    await Promise.all(entries.map((entry) => entry.scope[Symbol.asyncDispose]()));
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      let lastMs = this.#clock.now();
      while (this.#entries.size > 0 && !signal.aborted) {
        const timeMs = this.#next(lastMs);
        if (!(await this.#sleepUntil(timeMs))) continue;
        this.#tick(timeMs);
        lastMs = timeMs;
      }
    } finally {
      this.#running = false;
    }
  }

  /** The next step of the clock; a whole second that passed while something else kept the process busy is made up for. */
  #next(lastMs: number): number {
    const stepMs = this.#anyFast ? FAST_MS : SECOND_MS;
    const stepAtMs = Math.floor(this.#clock.now() / stepMs) * stepMs + stepMs;
    const secondAtMs = Math.floor(lastMs / SECOND_MS) * SECOND_MS + SECOND_MS;
    return secondAtMs < stepAtMs && stepAtMs - secondAtMs <= SECOND_MS ? secondAtMs : stepAtMs;
  }

  /** False when it was woken before, or long after: a computer that slept measured nothing. */
  async #sleepUntil(timeMs: number): Promise<boolean> {
    this.#awake = new AbortController();
    const { signal } = this.#awake;
    // Timers may be early by a part of a millisecond.
    for (let leftMs = timeMs - this.#clock.now(); leftMs > 0; leftMs = timeMs - this.#clock.now()) {
      // A clock that was set back would make this a long sleep: begin anew instead.
      if (leftMs > SECOND_MS) return false;
      await this.#clock.sleep(Math.ceil(leftMs), signal).catch(() => {});
      if (signal.aborted) return false;
    }
    return this.#clock.now() - timeMs < SECOND_MS;
  }

  #tick(timeMs: number): void {
    const wholeSecond = timeMs % SECOND_MS === 0;
    if (wholeSecond) this.#beforeTick();
    const tick: Tick = { timeMs, perSecond: wholeSecond ? [] : null, perTenth: [] };
    for (const [subject, entry] of this.#entries) {
      const fast = this.#anyFast && this.#isFast(subject);
      if (!wholeSecond && !fast) continue;
      const reading = this.#read(entry);
      // The same time again: a host elsewhere has not answered since.
      if (reading === null) continue;
      if (fast && reading.atMs !== entry.tenth?.atMs) {
        tick.perTenth.push({ subject, values: rates(entry.tenth, reading) });
        entry.tenth = reading;
      }
      if (wholeSecond && reading.atMs !== entry.second?.atMs) {
        tick.perSecond?.push({ subject, values: rates(entry.second, reading) });
        entry.second = reading;
      }
    }
    this.#onTick(tick);
  }

  #read(entry: Entry): Reading | null {
    if (entry.probe === null) {
      if (!entry.opening && this.#clock.monotonic() >= entry.reopenAtMs) this.#open(entry);
      return null;
    }
    const reading = this.#readOrEnd(entry.probe);
    if (reading !== 'ended') return Number.isNaN(reading.atMs) ? null : reading;
    this.#close(entry);
    return null;
  }

  /** What goes wrong with one subject must not cost the others their numbers. */
  #readOrEnd(probe: Probe): Reading | 'ended' {
    try {
      return probe.read();
    } catch (error) {
      this.#logger.debug('a subject could not be measured', { error });
      return 'ended';
    }
  }

  #open(entry: Entry): void {
    entry.opening = true;
    entry.reopenAtMs = this.#clock.monotonic() + REOPEN_MS;
    entry.scope.run(async (signal) => {
      try {
        const probe = await entry.open(signal);
        if (signal.aborted) probe?.close();
        else entry.probe = probe;
      } finally {
        entry.opening = false;
      }
    });
  }

  #close(entry: Entry): void {
    entry.probe?.close();
    entry.probe = null;
    entry.second = null;
    entry.tenth = null;
    entry.reopenAtMs = this.#clock.monotonic() + REOPEN_MS;
  }
}
