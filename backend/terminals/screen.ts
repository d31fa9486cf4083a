import { SerializeAddon } from '@xterm/addon-serialize/lib/addon-serialize.mjs';
import { Unicode11Addon } from '@xterm/addon-unicode11/lib/addon-unicode11.mjs';
import { Terminal } from '@xterm/headless/lib-headless/xterm-headless.mjs';
import type { TerminalSize } from '../contract/index.ts';
import { afterLastControl, lastLinesStart } from './plain-text.ts';

export interface ScreenOptions extends TerminalSize {
  /** Lines kept above the screen. */
  scrollback: number;
  /** Bytes that may wait before they are fed to the screen unasked. */
  lazyBytes: number;
}

/** A write of this size takes about a millisecond; xterm looks after its time slice only between writes. */
const SLICE_BYTES = 64 * 1024;
/** An escape sequence is mostly shorter than this; what is longer leaves the parser busy, and then nothing is skipped. */
const SEQUENCE_BYTES = 64;

/**
 * What a terminal would show by now, without one: a headless xterm, so that a reload or a second viewer gets the screen.
 *
 * It must not cost what a flood costs. So bytes wait here until somebody asks for the screen or many are waiting, and of
 * plain text only the lines that can still be seen are fed: the rest would be scrolled away unseen. The result is the
 * same as if all had been fed (screen.test.ts proves it).
 */
export class Screen implements Disposable {
  readonly #terminal: Terminal;
  readonly #serializer = new SerializeAddon();
  readonly #options: ScreenOptions;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #feedingBytes = 0;
  /** Everything that touches the terminal, in order. */
  #work: Promise<void> = Promise.resolve();

  constructor(options: ScreenOptions) {
    this.#options = options;
    this.#terminal = new Terminal({
      cols: options.cols,
      rows: options.rows,
      scrollback: options.scrollback,
      allowProposedApi: true,
      // A machine may print anything; what xterm cannot parse is no news.
      logLevel: 'off',
    });
    this.#terminal.loadAddon(this.#serializer);
    this.#terminal.loadAddon(new Unicode11Addon());
    this.#terminal.unicode.activeVersion = '11';
  }

  /** Whether so much waits that the source should wait too, until `settled`. */
  get isFull(): boolean {
    return this.#feedingBytes > this.#options.lazyBytes;
  }

  /** Keeps the bytes, which must not change any more. */
  push(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.byteLength;
    if (this.#waitingBytes >= this.#options.lazyBytes) this.#feedWaiting();
  }

  /** Resolves when everything that was given to the terminal so far is on its screen. */
  settled(): Promise<void> {
    return this.#work;
  }

  resize({ cols, rows }: TerminalSize): void {
    this.#feedWaiting();
    this.#work = this.#work.then(() => this.#terminal.resize(cols, rows));
  }

  /** Everything pushed so far as the bytes that paint it on a terminal of the same size that was reset. */
  async serialize(): Promise<Uint8Array> {
    this.#feedWaiting();
    const text = this.#work.then(() => this.#serializer.serialize() + hiddenCursor(this.#terminal));
    this.#work = text.then(() => {});
    return Buffer.from(await text);
  }

  [Symbol.dispose](): void {
    this.#waiting = [];
    this.#work = this.#work.then(() => this.#terminal.dispose());
  }

  #feedWaiting(): void {
    if (this.#waitingBytes === 0) return;
    const bytes = Buffer.concat(this.#waiting, this.#waitingBytes);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#feedingBytes += bytes.byteLength;
    this.#work = this.#work.then(async () => {
      await this.#feed(bytes);
      this.#feedingBytes -= bytes.byteLength;
    });
  }

  async #feed(bytes: Buffer): Promise<void> {
    const { rows } = this.#terminal;
    // After so many line feeds neither what was on the screen before nor where the cursor stood can be seen any more.
    const lines = this.#options.scrollback + 2 * rows + 1;
    const control = afterLastControl(bytes);
    const plainStart = control === 0 ? 0 : Math.min(control + SEQUENCE_BYTES, bytes.byteLength);
    await this.#write(bytes.subarray(0, plainStart));
    const plain = bytes.subarray(plainStart);
    await this.#write(scrollsPlainly(this.#terminal) ? plain.subarray(lastLinesStart(plain, lines)) : plain);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (bytes.byteLength === 0) return;
    let start = 0;
    for (; start + SLICE_BYTES < bytes.byteLength; start += SLICE_BYTES) {
      this.#terminal.write(bytes.subarray(start, start + SLICE_BYTES));
    }
    const last = bytes.subarray(start);
    await new Promise<void>((resolve) => this.#terminal.write(last, resolve));
  }
}

/** What of xterm 6 is not public and still decides whether text may be skipped. */
interface Internals {
  _core: {
    _inputHandler: { _parser: { currentState: number } };
    buffer: { scrollTop: number; scrollBottom: number };
    coreService: { isCursorHidden: boolean };
  };
}

const PARSER_GROUND = 0;

/** Whether plain text now does nothing but scroll: no sequence is half read, no margins are set. */
function scrollsPlainly(terminal: Terminal): boolean {
  const { _inputHandler, buffer } = (terminal as unknown as Internals)._core;
  return _inputHandler._parser.currentState === PARSER_GROUND && buffer.scrollTop === 0 && buffer.scrollBottom === terminal.rows - 1;
}

/** The one mode that addon-serialize 0.14 leaves out and that everyone sees. */
function hiddenCursor(terminal: Terminal): string {
  return (terminal as unknown as Internals)._core.coreService.isCursorHidden ? '\x1b[?25l' : '';
}
