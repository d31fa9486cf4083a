/**
 * The two policies for a slow reader. Both are async iterables that end when the signal aborts.
 */

/** One value that changes; every reader gets the newest and misses what lay between. */
export class Latest<T> {
  #value: T;
  #version = 0;
  readonly #waiting = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    this.#value = value;
    this.#version++;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** The present value first. */
  async *watch(signal: AbortSignal): AsyncGenerator<T, void> {
    let seen = -1;
    while (!signal.aborted) {
      if (seen === this.#version) await nextWake(this.#waiting, signal);
      if (signal.aborted) return;
      seen = this.#version;
      yield this.#value;
    }
  }
}

/**
 * Changes that must not be lost one by one: a reader gets a snapshot, then every change; a reader that falls more than
 * `capacity` changes behind gets a new snapshot in their place.
 */
export class Changes<Snapshot, Change> {
  readonly #snapshot: () => Snapshot;
  readonly #capacity: number;
  readonly #readers = new Set<{ queue: Change[]; overflow: boolean; waiting: Set<() => void> }>();

  constructor(snapshot: () => Snapshot, capacity = 256) {
    this.#snapshot = snapshot;
    this.#capacity = capacity;
  }

  publish(change: Change): void {
    for (const reader of this.#readers) {
      if (reader.queue.length >= this.#capacity) {
        reader.overflow = true;
        reader.queue.length = 0;
      }
      if (!reader.overflow) reader.queue.push(change);
      for (const wake of reader.waiting) wake();
      reader.waiting.clear();
    }
  }

  async *watch(signal: AbortSignal): AsyncGenerator<Snapshot | Change, void> {
    const reader = { queue: [] as Change[], overflow: true, waiting: new Set<() => void>() };
    this.#readers.add(reader);
    try {
      while (!signal.aborted) {
        if (reader.overflow) {
          reader.overflow = false;
          yield this.#snapshot();
        } else if (reader.queue.length > 0) {
          yield reader.queue.shift() as Change;
        } else {
          await nextWake(reader.waiting, signal);
        }
      }
    } finally {
      this.#readers.delete(reader);
    }
  }
}

/**
 * A bounded hand-over between something that pushes and one reader that pulls. `push` answers false when the queue holds
 * `capacity` items or more: the pusher should then pause until `drained` is called.
 */
export class Queue<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #capacity: number;
  readonly #drained: () => void;
  #ended = false;
  #error: unknown;

  constructor(capacity: number, drained: () => void = () => {}) {
    this.#capacity = capacity;
    this.#drained = drained;
  }

  push(item: T): boolean {
    this.#items.push(item);
    this.#wake();
    return this.#items.length < this.#capacity;
  }

  /** What was pushed before is still read; then the reader ends, or throws `error`. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    while (true) {
      if (this.#items.length > 0) {
        const item = this.#items.shift() as T;
        if (this.#items.length === this.#capacity - 1) this.#drained();
        yield item;
      } else if (this.#ended) {
        if (this.#error !== undefined) throw this.#error;
        return;
      } else {
        await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

function nextWake(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      signal.removeEventListener('abort', wake);
      waiting.delete(wake);
      resolve();
    };
    waiting.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    if (signal.aborted) wake();
  });
}
