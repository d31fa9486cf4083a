import { isAbort } from './app-error.ts';

/**
 * Work that belongs to one owner: aborted together, awaited together. The owner holds it in an AsyncDisposableStack,
 * so that nothing goes on after the owner is gone.
 */
export class Scope implements AsyncDisposable {
  readonly #controller = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #onError: (error: unknown) => void;

  /** @param onError takes what background work throws, aborts excepted. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  run(work: (signal: AbortSignal) => Promise<void>): void {
    const promise = work(this.signal)
      .catch((error) => {
        if (!isAbort(error)) this.#onError(error);
      })
      .finally(() => this.#running.delete(promise));
    this.#running.add(promise);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#controller.abort();
    await Promise.all(this.#running);
  }
}
