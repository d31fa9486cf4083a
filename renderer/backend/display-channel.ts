import { type DisplayEnded, decodeFrame, displayEnded, encodeFrame, FRAME } from '../../backend/contract/index.ts';
import type { FrameChannel } from '../platform/index.ts';

/** Less than the backend's window, and enough that acknowledging costs nothing. */
const ACKNOWLEDGE_BYTES = 64 * 1024;

/**
 * The way to a machine's screen as noVNC takes one: an object like a WebSocket (its `attach` names what must be there), whether
 * a WebSocket or a MessagePort carries it.
 */
export class DisplayChannel {
  binaryType: BinaryType = 'arraybuffer';
  readonly protocol = '';
  readyState: 'connecting' | 'open' | 'closed' = 'connecting';
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: { data: Uint8Array }) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  /** What the backend said at the end; null while it goes on, and when the connection broke instead. */
  ended: DisplayEnded | null = null;
  readonly #closing = new AbortController();
  #frames: FrameChannel | null = null;
  #taken = 0;

  constructor(open: (signal: AbortSignal) => Promise<FrameChannel>) {
    open(this.#closing.signal).then(
      (frames) => this.#opened(frames),
      () => this.#closed(),
    );
  }

  /** The bytes may be changed after the call. */
  send(bytes: Uint8Array): void {
    this.#frames?.send(encodeFrame(FRAME.input, bytes));
  }

  close(): void {
    this.#closing.abort();
    this.#frames?.close();
    this.#closed();
  }

  #opened(frames: FrameChannel): void {
    if (this.#closing.signal.aborted) {
      frames.close();
      return;
    }
    this.#frames = frames;
    this.readyState = 'open';
    this.onopen?.(new Event('open'));
    frames.listen(
      (frame) => this.#receive(frame, frames),
      () => this.#closed(),
    );
  }

  #receive(frame: Uint8Array, frames: FrameChannel): void {
    const { type, payload } = decodeFrame(frame);
    if (type === FRAME.ended) this.ended = displayEnded.parse(JSON.parse(new TextDecoder().decode(payload)));
    if (type !== FRAME.output) return;
    this.onmessage?.({ data: payload });
    this.#taken += payload.byteLength;
    if (this.#taken < ACKNOWLEDGE_BYTES) return;
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, this.#taken, true);
    this.#taken = 0;
    frames.send(encodeFrame(FRAME.acknowledge, bytes));
  }

  #closed(): void {
    if (this.readyState === 'closed') return;
    this.readyState = 'closed';
    this.onclose?.(new CloseEvent('close', { code: 1000 }));
  }
}
