import { Terminal } from '@xterm/headless/lib-headless/xterm-headless.mjs';
import { decodeFrame, encodeFrame, FRAME, type TerminalSize } from '../backend/contract/index.ts';
import { type ByteLink, Queue } from '../backend/core/index.ts';
import type { ByteChannel } from '../backend/drivers/driver.ts';
import type { HostPty } from '../backend/hosts/host.ts';

/** A channel whose other end is the test. */
export class TestChannel implements ByteChannel {
  readonly backlog: Uint8Array | null;
  readonly written: string[] = [];
  readonly sizes: TerminalSize[] = [];
  readonly #exit = Promise.withResolvers<number | null>();
  #queue: Queue<Uint8Array>;
  /** Bytes that the session has read. */
  read = 0;
  disposed = false;

  constructor(backlog: Uint8Array | null = null) {
    this.backlog = backlog;
    this.#queue = new Queue(1);
  }

  get exited(): Promise<number | null> {
    return this.#exit.promise;
  }

  get output(): AsyncIterable<Uint8Array> {
    return this.#read();
  }

  put(bytes: Uint8Array | string): void {
    this.#queue.push(Buffer.from(bytes as string));
  }

  end(exitCode: number | null): void {
    this.#queue.end();
    this.#exit.resolve(exitCode);
  }

  write(bytes: Uint8Array): void {
    this.written.push(Buffer.from(bytes).toString());
  }

  resize(size: TerminalSize): void {
    this.sizes.push(size);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
    this.end(null);
  }

  async *#read(): AsyncGenerator<Uint8Array, void> {
    for await (const bytes of this.#queue) {
      this.read += bytes.byteLength;
      yield bytes;
    }
  }
}

export function ptyChannel(pty: HostPty): ByteChannel {
  return {
    output: pty.output,
    backlog: null,
    exited: pty.exited,
    write: (bytes) => pty.write(bytes),
    resize: ({ cols, rows }) => pty.resize(cols, rows),
    [Symbol.asyncDispose]: () => pty[Symbol.asyncDispose](),
  };
}

/** A viewer with a real (headless) terminal, which acknowledges what it has shown unless told to be stuck. */
export class TestViewer implements ByteLink {
  readonly terminal = new Terminal({ cols: 80, rows: 24, scrollback: 2000, allowProposedApi: true, logLevel: 'off' });
  readonly link: ByteLink = this;
  stuck = false;
  closed = false;
  exitCode: number | null | undefined;
  screens = 0;
  outputBytes = 0;
  #owed = 0;
  #onFrame: (frame: Uint8Array) => void = () => {};
  #onClose: () => void = () => {};
  readonly #sleepers = new Set<() => void>();

  onFrame(listener: (frame: Uint8Array) => void): void {
    this.#onFrame = listener;
  }

  onClose(listener: () => void): void {
    this.#onClose = listener;
  }

  /** From the session. */
  send(frame: Uint8Array): void {
    const { type, payload } = decodeFrame(frame);
    if (type === FRAME.output) {
      this.outputBytes += payload.byteLength;
      this.terminal.write(payload, () => {
        this.#owed += payload.byteLength;
        if (!this.stuck) this.acknowledge();
        this.#wake();
      });
    } else if (type === FRAME.screen) {
      this.screens++;
      this.terminal.reset();
      this.terminal.write(payload, () => this.#wake());
    } else if (type === FRAME.size) {
      const { cols, rows } = JSON.parse(Buffer.from(payload).toString()) as TerminalSize;
      this.terminal.resize(cols, rows);
    } else if (type === FRAME.ended) {
      this.exitCode = (JSON.parse(Buffer.from(payload).toString()) as { exitCode: number | null }).exitCode;
    }
    this.#wake();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.terminal.dispose();
    this.#onClose();
    this.#wake();
  }

  type(text: string): void {
    this.#onFrame(encodeFrame(FRAME.input, Buffer.from(text)));
  }

  resize(size: TerminalSize): void {
    this.#onFrame(encodeFrame(FRAME.resize, Buffer.from(JSON.stringify(size))));
  }

  raw(frame: Uint8Array): void {
    this.#onFrame(frame);
  }

  acknowledge(): void {
    const payload = Buffer.alloc(4);
    payload.writeUInt32LE(this.#owed);
    this.#owed = 0;
    this.#onFrame(encodeFrame(FRAME.acknowledge, payload));
  }

  get text(): string {
    const buffer = this.terminal.buffer.active;
    const lines = Array.from({ length: buffer.length }, (_, y) => buffer.getLine(y)?.translateToString(true) ?? '');
    return lines.join('\n').trimEnd();
  }

  /** Resolves when something that arrived makes the condition true. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#sleepers.add(resolve));
  }

  #wake(): void {
    const sleepers = [...this.#sleepers];
    this.#sleepers.clear();
    for (const wake of sleepers) wake();
  }
}
