import type { ByteChannel } from '../backend/drivers/driver.ts';

/** What a terminal has shown so far. */
export class TerminalScreen {
  #text = '';
  #ended = false;
  #wake = () => {};

  constructor(channel: ByteChannel) {
    void this.#read(channel);
  }

  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#text)) {
      if (this.#ended) throw new Error(`the terminal ended without ${pattern}: ${this.#text}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Asks again until the answer fits: what is asked for may take effect a moment later. */
  async ask(channel: ByteChannel, question: string, answer: RegExp): Promise<void> {
    while (!answer.test(this.#text)) {
      const before = this.#text.length;
      channel.write(Buffer.from(`${question}; echo asked-$((1+1))\r`));
      while (!this.#text.slice(before).includes('asked-2')) {
        if (this.#ended) throw new Error(`the terminal ended without ${answer}: ${this.#text}`);
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  async #read(channel: ByteChannel): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const bytes of channel.output) {
        this.#text += decoder.decode(bytes, { stream: true });
        this.#wake();
      }
    } finally {
      this.#ended = true;
      this.#wake();
    }
  }
}
