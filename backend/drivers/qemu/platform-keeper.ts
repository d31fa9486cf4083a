import { AppError } from '../../core/index.ts';
import { cancelled } from './json-channel.ts';
import { type PlatformOptions, type PreparedPlatform, preparePlatform } from './platform.ts';

/** The platform of a driver: prepared once, for all who wait for it. A failure is not kept, for what was missing may come. */
export class PlatformKeeper {
  readonly #options: PlatformOptions;
  readonly #onResult: (result: PreparedPlatform | AppError) => void;
  readonly #signal: AbortSignal;
  #prepared: PreparedPlatform | null = null;
  #preparing: Promise<PreparedPlatform> | null = null;

  /** @param signal the driver's: who waits may go away, and the others go on waiting */
  constructor(options: PlatformOptions, of: { onResult: (result: PreparedPlatform | AppError) => void; signal: AbortSignal }) {
    this.#options = options;
    this.#onResult = of.onResult;
    this.#signal = of.signal;
  }

  get prepared(): PreparedPlatform | null {
    return this.#prepared;
  }

  /** @throws AppError as `preparePlatform`, and `cancelled` */
  async get(signal: AbortSignal): Promise<PreparedPlatform> {
    // Who keeps its computer tidy may take the kernel out of a cache.
    const { host } = this.#options;
    if (this.#prepared !== null && (await host.stat(this.#prepared.platform.kernel, signal)) !== null) return this.#prepared;
    this.#preparing ??= this.#prepare();
    const { promise: gone, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(cancelled(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      return await Promise.race([this.#preparing, gone]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #prepare(): Promise<PreparedPlatform> {
    try {
      this.#prepared = await preparePlatform(this.#options, this.#signal);
      this.#onResult(this.#prepared);
      return this.#prepared;
    } catch (error) {
      if (error instanceof AppError && error.code !== 'cancelled') this.#onResult(error);
      throw error;
    } finally {
      this.#preparing = null;
    }
  }
}
