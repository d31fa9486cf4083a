import { cancelled } from './json-channel.ts';

/** Waits for a condition on something that says when it has changed. */
export class ConditionWaiter {
  readonly #watchers = new Set<() => void>();

  changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  /**
   * Whether it came true in time.
   * @param limitMs null waits for ever
   * @throws AppError `cancelled`
   */
  async until(condition: () => boolean, limitMs: number | null, signal: AbortSignal): Promise<boolean> {
    if (condition()) return true;
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const watcher = () => condition() && resolve(true);
    const onAbort = () => reject(cancelled(signal));
    const timer = limitMs === null ? undefined : setTimeout(() => resolve(false), limitMs);
    this.#watchers.add(watcher);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#watchers.delete(watcher);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
