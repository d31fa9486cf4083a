import { cancelled, throwIfCancelled } from './host-errors.ts';

/** A server opens only so many sessions on one connection (sshd_config, MaxSessions 10): who comes later waits here. */
export class SessionSlots {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(slots: number) {
    this.#free = slots;
  }

  /** Disposing gives the slot back; again is no error. @throws AppError cancelled */
  async take(signal: AbortSignal): Promise<Disposable> {
    throwIfCancelled(signal);
    if (this.#free > 0) this.#free--;
    else await this.#turn(signal);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        const [next] = this.#waiting;
        if (next === undefined) this.#free++;
        else next();
      },
    };
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        this.#waiting.delete(next);
        signal.removeEventListener('abort', onAbort);
      };
      const next = () => {
        settle();
        resolve();
      };
      const onAbort = () => {
        settle();
        reject(cancelled(signal));
      };
      this.#waiting.add(next);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}
