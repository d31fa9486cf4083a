import { decodeFrame, encodeFrame, FRAME, RESUME_BYTES, type TerminalSize, terminalSize, WINDOW_BYTES } from '../contract/index.ts';
import type { ByteLink } from '../core/index.ts';

export interface ViewerEvents {
  input(bytes: Uint8Array): void;
  resize(size: TerminalSize): void;
  /** It showed some of what was sent to it. */
  acknowledged(): void;
  closed(): void;
  /** It sent what no viewer of ours sends; the link is closed. */
  broken(error: unknown): void;
}

/**
 * - `joining`: waits for the screen
 * - `live`: gets every byte
 * - `behind`: showed too little for too long; gets nothing until it has shown all it was sent, then joins again
 */
export type ViewerState = 'joining' | 'live' | 'behind';

/** One viewer of a session, and its credit. */
export class Viewer {
  readonly #link: ByteLink;
  #state: ViewerState = 'joining';
  #unacknowledged = 0;
  #shownSinceBehind = WINDOW_BYTES;

  constructor(link: ByteLink, events: ViewerEvents) {
    this.#link = link;
    link.onFrame((frame) => {
      try {
        this.#receive(frame, events);
      } catch (error) {
        link.close();
        events.broken(error);
      }
    });
    link.onClose(() => events.closed());
  }

  get state(): ViewerState {
    return this.#state;
  }

  /** More is on its way than the window holds: the source should pause. */
  get isOverdrawn(): boolean {
    return this.#state === 'live' && this.#unacknowledged > WINDOW_BYTES;
  }

  /** Too much is on its way to resume the source after a pause. */
  get isOwing(): boolean {
    return this.#state === 'live' && this.#unacknowledged >= RESUME_BYTES;
  }

  get hasShownAll(): boolean {
    return this.#unacknowledged === 0;
  }

  /** Whether the others wait for it; a viewer that fell behind has to keep up with a whole window first. */
  get isWaitedFor(): boolean {
    return this.#shownSinceBehind >= WINDOW_BYTES;
  }

  output(frame: Uint8Array): void {
    this.#unacknowledged += frame.byteLength - 1;
    this.#link.send(frame);
  }

  size(size: TerminalSize): void {
    this.#sendJson(FRAME.size, size);
  }

  /** From here on it is live. */
  screen(bytes: Uint8Array): void {
    this.#state = 'live';
    this.#link.send(encodeFrame(FRAME.screen, bytes));
  }

  ended(exitCode: number | null): void {
    this.#sendJson(FRAME.ended, { exitCode });
  }

  fallBehind(): void {
    this.#state = 'behind';
    this.#shownSinceBehind = 0;
  }

  joinAgain(): void {
    this.#state = 'joining';
  }

  close(): void {
    this.#link.close();
  }

  #receive(frame: Uint8Array, events: ViewerEvents): void {
    const { type, payload } = decodeFrame(frame);
    if (type === FRAME.input) events.input(payload);
    else if (type === FRAME.acknowledge) this.#acknowledge(payload, events);
    else if (type === FRAME.resize) events.resize(terminalSize.parse(JSON.parse(Buffer.from(payload).toString())));
    else throw new RangeError(`a viewer does not send frames of type ${type}`);
  }

  #acknowledge(payload: Uint8Array, events: ViewerEvents): void {
    if (payload.byteLength !== 4) throw new RangeError('an acknowledgement has four bytes');
    const bytes = new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0, true);
    if (bytes > this.#unacknowledged) throw new RangeError('more was acknowledged than was sent');
    this.#unacknowledged -= bytes;
    if (this.#state === 'live') this.#shownSinceBehind += bytes;
    events.acknowledged();
  }

  #sendJson(type: typeof FRAME.size | typeof FRAME.ended, value: object): void {
    this.#link.send(encodeFrame(type, Buffer.from(JSON.stringify(value))));
  }
}
