import { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';

/**
 * A forwarded connection that behaves as Node's sockets do. ssh2's channel alone does not: it closes when one side ends,
 * does not call back for a write when it closes, and, destroyed, never says `close` unless somebody reads it.
 */
export class SshSocket extends Duplex {
  readonly #channel: ClientChannel;
  #pendingWrite: ((error?: Error) => void) | null = null;

  constructor(channel: ClientChannel) {
    super({ allowHalfOpen: false });
    this.#channel = channel;
    channel.allowHalfOpen = true;
    channel.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) channel.pause();
    });
    channel.on('end', () => this.push(null));
    channel.on('error', (error: Error) => this.destroy(error));
    channel.on('close', () => {
      this.#pendingWrite?.(new Error('the other side closed the connection'));
      // What was received can still be read.
      this.push(null);
      this.end();
    });
  }

  // What an HTTP client sets on its socket; for a channel there is nothing to set.
  setKeepAlive(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setTimeout(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  override _read(): void {
    this.#channel.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#pendingWrite = (error) => {
      this.#pendingWrite = null;
      done(error);
    };
    this.#channel.write(chunk, encoding, (error) => this.#pendingWrite?.(error ?? undefined));
  }

  override _final(done: () => void): void {
    this.#channel.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#channel.removeAllListeners('data');
    this.#channel.resume();
    this.#channel.destroy();
    done(error);
  }
}
