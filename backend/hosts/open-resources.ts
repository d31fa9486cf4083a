import type { Duplex } from 'node:stream';
import { AppError, type Logger } from '../core/index.ts';

/** What a host has opened and not yet ended, so that nothing outlives the host. */
export class OpenResources implements AsyncDisposable {
  readonly #open = new Set<AsyncDisposable>();
  readonly #logger: Logger;
  #disposed = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Held until `ended` settles, or until the returned hold is disposed of. After the host's end nothing can be opened. */
  hold(resource: AsyncDisposable, ended: Promise<unknown>): Disposable {
    this.#open.add(resource);
    const release = () => this.#open.delete(resource);
    ended.then(release, release);
    if (this.#disposed) {
      this.#end(resource);
      throw new AppError('cancelled');
    }
    return { [Symbol.dispose]: release };
  }

  holdStream(stream: Duplex): void {
    const closed = new Promise<void>((resolve) => stream.once('close', resolve));
    this.hold(
      {
        async [Symbol.asyncDispose]() {
          stream.destroy();
          await closed;
        },
      },
      closed,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await Promise.all([...this.#open].map((resource) => this.#end(resource)));
  }

  async #end(resource: AsyncDisposable): Promise<void> {
    try {
      await resource[Symbol.asyncDispose]();
    } catch (error) {
      this.#logger.warn('something of a host did not end cleanly', { error });
    }
  }
}
