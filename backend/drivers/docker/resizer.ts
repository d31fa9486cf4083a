import type { TerminalSize } from '../../contract/index.ts';
import type { Logger } from '../../core/index.ts';
import type { EngineClient } from './engine-client.ts';

/** Sends the newest size only, one call at a time: sizes that overtake each other would leave the wrong one. */
export class Resizer {
  readonly #deps: { client: EngineClient; logger: Logger };
  readonly #path: string;
  readonly #signal: AbortSignal;
  #wanted: TerminalSize | null = null;
  #sending = false;

  constructor(deps: { client: EngineClient; logger: Logger }, path: string, signal: AbortSignal) {
    this.#deps = deps;
    this.#path = path;
    this.#signal = signal;
  }

  resize(size: TerminalSize): void {
    this.#wanted = size;
    if (!this.#sending) void this.#send();
  }

  async #send(): Promise<void> {
    const { client, logger } = this.#deps;
    this.#sending = true;
    while (this.#wanted !== null) {
      const { rows, cols } = this.#wanted;
      this.#wanted = null;
      try {
        await client.call({ method: 'POST', path: this.#path, query: { h: rows, w: cols } }, this.#signal);
      } catch (error) {
        logger.debug('a terminal was not resized', { error });
      }
    }
    this.#sending = false;
  }
}
