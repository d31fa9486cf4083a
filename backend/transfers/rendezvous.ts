import type { TransferId } from '../contract/index.ts';
import { AppError, type Clock } from '../core/index.ts';

interface Meeting<First, Second> {
  first: PromiseWithResolvers<First>;
  second: PromiseWithResolvers<Second>;
  came: Set<'first' | 'second'>;
}

/** Two who know one id give each other something, whichever comes first. Each may come once. */
export class Rendezvous<First, Second> {
  readonly #meetings = new Map<TransferId, Meeting<First, Second>>();
  readonly #clock: Clock;
  readonly #withinMs: number;

  constructor(clock: Clock, withinMs: number) {
    this.#clock = clock;
    this.#withinMs = withinMs;
  }

  /** @throws AppError transferMissing when the other does not come in time, or when one has been here under this id */
  first(id: TransferId, value: First, signal: AbortSignal): Promise<Second> {
    const meeting = this.#come(id, 'first');
    meeting.first.resolve(value);
    return this.#wait(id, meeting.second.promise, signal);
  }

  /** As `first`, from the other side. */
  second(id: TransferId, value: Second, signal: AbortSignal): Promise<First> {
    const meeting = this.#come(id, 'second');
    meeting.second.resolve(value);
    return this.#wait(id, meeting.first.promise, signal);
  }

  #come(id: TransferId, who: 'first' | 'second'): Meeting<First, Second> {
    let meeting = this.#meetings.get(id);
    if (meeting === undefined) {
      meeting = { first: Promise.withResolvers(), second: Promise.withResolvers(), came: new Set() };
      this.#meetings.set(id, meeting);
    }
    if (meeting.came.has(who)) throw new AppError('transferMissing');
    meeting.came.add(who);
    return meeting;
  }

  async #wait<T>(id: TransferId, other: Promise<T>, signal: AbortSignal): Promise<T> {
    const over = new AbortController();
    const late = this.#clock.sleep(this.#withinMs, AbortSignal.any([signal, over.signal])).then(() => {
      throw new AppError('transferMissing');
    });
    try {
      return await Promise.race([other, late]);
    } finally {
      over.abort();
      await late.catch(() => {});
      this.#meetings.delete(id);
    }
  }
}
